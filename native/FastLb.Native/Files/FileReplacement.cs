namespace FastLb.Native.Files;

/// <summary>Writes files that others read, or that are read after a crash.</summary>
public static class FileReplacement
{
    /// <summary>What the name of a file that is being written ends with; one is left when the process is killed while it writes.</summary>
    public const string NextSuffix = ".new";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file, for its owner alone, so that a reader sees the old or the new content as a whole.</summary>
    /// <exception cref="IOException">It can't be written; the old content stays.</exception>
    public static void Write(string file, byte[] content)
    {
        string next = file + NextSuffix;
        File.Delete(next); // one that was left keeps its mode
        using (var stream = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            stream.Write(content);
        File.Move(next, file, overwrite: true);
    }
}
