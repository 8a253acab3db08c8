namespace FastLb.Configuration.Preprocessing;

/// <summary>Passes questions on to the surroundings, once each, and keeps the answers. Not thread-safe.</summary>
internal sealed class SurroundingsRecorder : IFileSource
{
    private readonly Surroundings _asked;
    private readonly Dictionary<string, FileContent> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>?> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _variables = new(StringComparer.Ordinal);

    public SurroundingsRecorder(Surroundings asked)
    {
        _asked = asked;
        Surroundings = asked with { Variable = Variable, Files = this };
    }

    /// <summary>The same surroundings; what is asked of them is recorded.</summary>
    public Surroundings Surroundings { get; }

    /// <summary>What has been asked and answered.</summary>
    public ReadingRecord Record(string file) =>
        new(file, _asked.ConfigurationId, _asked.WorkingDirectory, _asked.RandomSeed, _files, _directories, _variables)
        {
            DemandsAllIncludes = _asked.DemandsAllIncludes,
        };

    /// <inheritdoc/>
    public FileContent Read(string path)
    {
        if (_files.TryGetValue(path, out FileContent? content)) return content;
        content = _asked.Files.Read(path);
        _files.Add(path, content);
        return content;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string>? List(string directory)
    {
        if (_directories.TryGetValue(directory, out IReadOnlyList<string>? names)) return names;
        names = _asked.Files.List(directory);
        _directories.Add(directory, names);
        return names;
    }

    private string? Variable(string name)
    {
        if (_variables.TryGetValue(name, out string? value)) return value;
        value = _asked.Variable(name);
        _variables.Add(name, value);
        return value;
    }
}
