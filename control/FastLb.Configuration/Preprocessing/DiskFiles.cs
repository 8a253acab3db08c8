using System.Text;

namespace FastLb.Configuration.Preprocessing;

/// <summary>The files of this machine, in UTF-8. Thread-safe.</summary>
public sealed class DiskFiles : IFileSource
{
    /// <summary>A configuration is written by people; anything beyond this is another file by mistake.</summary>
    private const int MaximumFileSize = 64 * 1024 * 1024;

    /// <inheritdoc/>
    public FileContent Read(string path)
    {
        try
        {
            if (Directory.Exists(path)) return new FileContent(null, FileFault.IsDirectory, "it is a directory");
            if (!File.Exists(path)) return new FileContent(null, FileFault.Missing, "there is no such file");

            // What is a device or a pipe has no length beforehand, so the bytes are counted as they come.
            using FileStream file = File.OpenRead(path);
            using var bytes = new MemoryStream();
            byte[] buffer = new byte[64 * 1024];
            for (int count; (count = file.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > MaximumFileSize) return Unreadable($"it is larger than {MaximumFileSize / 1024 / 1024} MiB");
            }

            // The decoder keeps a byte order mark as a character, so that it can be told of.
            return FileContent.Of(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Unreadable(e.Message);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string>? List(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory.Length == 0 ? "." : directory).Select(path => Path.GetFileName(path))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static FileContent Unreadable(string reason) => new(null, FileFault.Unreadable, reason);
}
