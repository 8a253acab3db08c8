using System.Text.Json;
using System.Text.Json.Serialization;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Diagnostics;

/// <summary>Writes diagnostics for editors: a JSON array of objects. Lines and columns count from 1, columns in UTF-16 code units.</summary>
public static class DiagnosticJson
{
    /// <summary>All diagnostics in their order.</summary>
    public static string Render(IEnumerable<Diagnostic> diagnostics) =>
        JsonSerializer.Serialize(diagnostics.Select(ToEntry).ToArray(), DiagnosticJsonContext.Default.DiagnosticEntryArray);

    private static DiagnosticEntry ToEntry(Diagnostic diagnostic) => new(
        diagnostic.Span.File, diagnostic.Span.Line, diagnostic.Span.Column, diagnostic.Span.Length, DiagnosticRenderer.Label(diagnostic.Severity),
        diagnostic.Code, diagnostic.Message, diagnostic.Hint, diagnostic.Consequence != DiagnosticConsequence.ItemIgnored, ToPlace(diagnostic.Related));

    private static DiagnosticPlace? ToPlace(SourceSpan? span) => span is { } known ? new DiagnosticPlace(known.File, known.Line, known.Column, known.Length) : null;
}

/// <summary>A diagnostic in JSON.</summary>
internal sealed record DiagnosticEntry(
    string File, int Line, int Column, int Length, string Severity, string Code, string Message, string? Hint, bool StopsRun, DiagnosticPlace? Related);

/// <summary>A place in JSON.</summary>
internal sealed record DiagnosticPlace(string File, int Line, int Column, int Length);

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(DiagnosticEntry[]))]
internal sealed partial class DiagnosticJsonContext : JsonSerializerContext;
