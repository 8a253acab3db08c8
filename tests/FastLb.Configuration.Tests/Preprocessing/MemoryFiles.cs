using FastLb.Configuration.Preprocessing;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>Files in memory, by their paths. A text of null is a file that can't be read.</summary>
internal sealed class MemoryFiles(params (string Path, string? Text)[] files) : IFileSource
{
    /// <summary>How often files were read or folders listed.</summary>
    public int Questions { get; private set; }

    public FileContent Read(string path)
    {
        Questions++;
        foreach ((string name, string? text) in files)
        {
            if (Normal(name) == Normal(path)) return text is null ? new FileContent(null, FileFault.Unreadable, "permission denied") : FileContent.Of(text);
        }

        return List(path) is null ? new FileContent(null, FileFault.Missing, "there is no such file") : new FileContent(null, FileFault.IsDirectory, "it is a directory");
    }

    public IReadOnlyList<string>? List(string directory)
    {
        Questions++;
        string prefix = Normal(directory).TrimEnd('/') + "/";
        string[] names = [.. files.Select(f => Normal(f.Path)).Where(p => p.StartsWith(prefix, StringComparison.Ordinal)).Select(p => p[prefix.Length..].Split('/')[0]).Distinct(StringComparer.Ordinal)];
        return names.Length > 0 ? names : null;
    }

    private static string Normal(string path) => Path.GetFullPath(path, "/etc/k");
}
