namespace FastLb.Configuration.Sources;

/// <summary>A stretch of one line of one source file. Files are named in every span because a configuration may come from several.</summary>
/// <param name="File">The file's name as the user gave it; of an included one, relative to the same folder as the main file's.</param>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Column">Column of the first character, from 1, in UTF-16 code units (a tab counts as one).</param>
/// <param name="Length">Length in UTF-16 code units; 0 marks a point, such as the end of the file.</param>
public readonly record struct SourceSpan(string File, int Line, int Column, int Length)
{
    /// <summary>Where the text itself was written, when the span is a reference that the preprocessor has replaced; else null.</summary>
    public Expansion? Expansion { get; init; }

    /// <summary>The column just after the last character.</summary>
    public int EndColumn => Column + Length;

    /// <summary>The span from the start of this one to the end of <paramref name="last"/>, when both are on one line; else this one.</summary>
    public SourceSpan To(SourceSpan last) => last.IsOnLineOf(this) && last.EndColumn >= Column ? this with { Length = last.EndColumn - Column } : this;

    /// <summary>True when both are on the same line of the same file.</summary>
    public bool IsOnLineOf(SourceSpan other) => Line == other.Line && string.Equals(File, other.File, StringComparison.Ordinal);

    /// <summary>The line in words, with its file where that is another than the <paramref name="reader"/>'s: <c>line 7</c>, <c>line 7 of b.conf</c>.</summary>
    public string LineSeenFrom(SourceSpan reader) => string.Equals(File, reader.File, StringComparison.Ordinal) ? $"line {Line}" : $"line {Line} of {File}";

    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}";
}
