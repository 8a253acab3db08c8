namespace FastLb.Configuration.Sources;

/// <summary>A stretch of one line of one source file. Files are named in every span because a configuration may come from several.</summary>
/// <param name="File">The file's name as the user gave it.</param>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Column">Column of the first character, from 1, in UTF-16 code units (a tab counts as one).</param>
/// <param name="Length">Length in UTF-16 code units; 0 marks a point, such as the end of the file.</param>
public readonly record struct SourceSpan(string File, int Line, int Column, int Length)
{
    /// <summary>The column just after the last character.</summary>
    public int EndColumn => Column + Length;

    /// <summary>The span from the start of this one to the end of <paramref name="last"/>, when both are on one line; else this one.</summary>
    public SourceSpan To(SourceSpan last) => last.Line == Line && last.EndColumn >= Column ? this with { Length = last.EndColumn - Column } : this;

    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}";
}
