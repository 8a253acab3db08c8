using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Diagnostics;

/// <summary>One kind of fault: its stable code, how grave it is and what follows from it.</summary>
/// <param name="Code">Stable code such as <c>FLB1101</c>; never reused for another meaning.</param>
/// <param name="Severity">How grave it is.</param>
/// <param name="Consequence">What it means for starting.</param>
public sealed record DiagnosticDescriptor(string Code, DiagnosticSeverity Severity, DiagnosticConsequence Consequence = DiagnosticConsequence.ItemIgnored);

/// <summary>One fault found in a configuration.</summary>
/// <param name="Descriptor">Its kind.</param>
/// <param name="Span">The characters that are at fault.</param>
/// <param name="Message">What is wrong; one line, no final stop.</param>
/// <param name="Hint">What was probably meant, the range, or where a block began; one line.</param>
/// <param name="Related">Another place that explains the fault, such as the first of two definitions.</param>
public sealed record Diagnostic(DiagnosticDescriptor Descriptor, SourceSpan Span, string Message, string? Hint = null, SourceSpan? Related = null)
{
    /// <summary>The stable code.</summary>
    public string Code => Descriptor.Code;

    /// <summary>How grave it is.</summary>
    public DiagnosticSeverity Severity => Descriptor.Severity;

    /// <summary>What it means for starting.</summary>
    public DiagnosticConsequence Consequence => Descriptor.Consequence;
}
