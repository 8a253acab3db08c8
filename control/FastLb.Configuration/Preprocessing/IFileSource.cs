namespace FastLb.Configuration.Preprocessing;

/// <summary>Why a file has no text.</summary>
public enum FileFault
{
    /// <summary>It has.</summary>
    None,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>It is a folder.</summary>
    IsDirectory,

    /// <summary>It is there and can't be read.</summary>
    Unreadable,
}

/// <summary>What reading a file gave.</summary>
/// <param name="Text">The whole text, a byte order mark included; null unless <paramref name="Fault"/> is <see cref="FileFault.None"/>.</param>
/// <param name="Fault">Why there is no text.</param>
/// <param name="Reason">The same in words, to stand after a colon; empty when there is a text.</param>
public sealed record FileContent(string? Text, FileFault Fault, string Reason)
{
    /// <summary>A file that could be read.</summary>
    public static FileContent Of(string text) => new(text, FileFault.None, string.Empty);
}

/// <summary>The files that a configuration may be read from. Paths are absolute or start from the working directory.</summary>
public interface IFileSource
{
    /// <summary>Reads a file; what keeps it from being read is an answer, not an exception.</summary>
    FileContent Read(string path);

    /// <summary>The names in a folder in any order, without <c>.</c> and <c>..</c>; null when there is no such folder or it can't be listed.</summary>
    /// <param name="directory">The folder; empty for the working directory.</param>
    IReadOnlyList<string>? List(string directory);
}
