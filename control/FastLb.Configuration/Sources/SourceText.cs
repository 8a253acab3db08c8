namespace FastLb.Configuration.Sources;

/// <summary>The text of one configuration file, split into lines without their terminators (LF or CRLF). Immutable.</summary>
public sealed class SourceText
{
    private readonly string[] _lines;

    /// <summary>Splits <paramref name="text"/> into lines.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="fileName">The name that diagnostics show.</param>
    public SourceText(string text, string fileName)
    {
        FileName = fileName;
        Text = text;
        _lines = text.Split('\n');
        for (int i = 0; i < _lines.Length; i++) _lines[i] = _lines[i].TrimEnd('\r');
    }

    /// <summary>The name that diagnostics show.</summary>
    public string FileName { get; }

    /// <summary>The whole text, as it was given.</summary>
    public string Text { get; }

    /// <summary>Number of lines; at least 1.</summary>
    public int LineCount => _lines.Length;

    /// <summary>The text of line <paramref name="number"/> (from 1); empty when there is no such line.</summary>
    public string Line(int number) => number >= 1 && number <= _lines.Length ? _lines[number - 1] : string.Empty;

    /// <summary>A span in this file.</summary>
    public SourceSpan Span(int line, int column, int length) => new(FileName, line, column, length);

    /// <summary>The point after the last character.</summary>
    public SourceSpan End => new(FileName, _lines.Length, _lines[^1].Length + 1, 0);
}
