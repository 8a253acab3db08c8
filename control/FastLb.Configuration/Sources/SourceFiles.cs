namespace FastLb.Configuration.Sources;

/// <summary>The files that one configuration was read from: the main one, and those that it includes, in the order in which they were first read.</summary>
public sealed class SourceFiles
{
    private readonly List<SourceText> _files = [];
    private readonly Dictionary<string, int> _ranks = new(StringComparer.Ordinal);

    /// <summary>A configuration whose main file is <paramref name="main"/>.</summary>
    public SourceFiles(SourceText main) => Add(main);

    /// <summary>The file that was named by the user.</summary>
    public SourceText Main => _files[0];

    /// <summary>All files in the order of their first reading.</summary>
    public IReadOnlyList<SourceText> All => _files;

    /// <summary>The file of this name; null when none was read.</summary>
    public SourceText? Find(string fileName) => _ranks.TryGetValue(fileName, out int rank) ? _files[rank] : null;

    /// <summary>The line that <paramref name="span"/> lies in; empty when there is no such line.</summary>
    public string Line(SourceSpan span) => Find(span.File)?.Line(span.Line) ?? string.Empty;

    /// <summary>Where the file stands in <see cref="All"/>; one that is not there comes after all others.</summary>
    internal int Rank(string fileName) => _ranks.TryGetValue(fileName, out int rank) ? rank : _files.Count;

    /// <summary>Adds a file whose name is new.</summary>
    internal void Add(SourceText file)
    {
        _ranks.Add(file.FileName, _files.Count);
        _files.Add(file);
    }
}
