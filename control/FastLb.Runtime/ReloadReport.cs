using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastLb.Runtime;

/// <summary>What became of the last reload, as the supervisor writes it down for whoever asked for it.</summary>
/// <param name="Attempt">Counts the reloads that a director was asked for, from 1.</param>
/// <param name="At">When it was over.</param>
/// <param name="IsApplied">False when everything stayed as it was.</param>
/// <param name="Outcome">In words.</param>
/// <param name="Diagnostics">What there is to say of the file, with its lines; empty for nothing.</param>
public sealed record ReloadReport(long Attempt, DateTimeOffset At, bool IsApplied, string Outcome, string Diagnostics)
{
    /// <summary>Writes it down.</summary>
    public void Write(RuntimeDirectory directory) =>
        RuntimeDirectory.Replace(directory.ReloadFile, JsonSerializer.SerializeToUtf8Bytes(this, ReloadReportJson.Default.ReloadReport));

    /// <summary>The last one; null before the first.</summary>
    public static ReloadReport? Read(RuntimeDirectory directory)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(directory.ReloadFile), ReloadReportJson.Default.ReloadReport);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReloadReport))]
internal sealed partial class ReloadReportJson : JsonSerializerContext;
