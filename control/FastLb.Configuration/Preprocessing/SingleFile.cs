namespace FastLb.Configuration.Preprocessing;

/// <summary>A text that stands for a file, in front of other files. Immutable.</summary>
internal sealed class SingleFile(string? name, string text, IFileSource? others) : IFileSource
{
    /// <summary>No files at all.</summary>
    public static SingleFile None { get; } = new(name: null, string.Empty, others: null);

    /// <inheritdoc/>
    public FileContent Read(string path) =>
        name is not null && string.Equals(path, name, StringComparison.Ordinal)
            ? FileContent.Of(text)
            : others?.Read(path) ?? new FileContent(null, FileFault.Missing, "there is no such file");

    /// <inheritdoc/>
    public IReadOnlyList<string>? List(string directory) => others?.List(directory);
}
