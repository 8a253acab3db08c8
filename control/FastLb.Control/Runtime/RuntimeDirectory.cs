namespace FastLb.Control.Runtime;

/// <summary>
/// Where one running director keeps its sockets, process ids and the record of what it has changed in the kernel. Two directors on one machine need two.
/// </summary>
/// <param name="Path">The directory.</param>
public sealed record RuntimeDirectory(string Path)
{
    /// <summary>Used unless another one is named.</summary>
    public const string DefaultPath = "/run/fastlb";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The API, for <c>fastlb status</c> and the like.</summary>
    public string ApiSocket => InDirectory("api.sock");

    /// <summary>The dataplane's socket, for control.</summary>
    public string DataplaneSocket => InDirectory("dataplane.sock");

    /// <summary>Process id of control, as text with a line feed.</summary>
    public string ControlPidFile => InDirectory("control.pid");

    /// <summary>Process id of the dataplane.</summary>
    public string DataplanePidFile => InDirectory("dataplane.pid");

    /// <summary>What has been changed in the kernel and must be taken back (<see cref="KernelChanges"/>).</summary>
    public string ChangesFile => InDirectory("kernel-changes.json");

    private string LockFile => InDirectory("lock");

    /// <summary>Makes the directory, for its owner alone.</summary>
    public void Create() => Directory.CreateDirectory(Path, OwnerOnly);

    /// <summary>Takes the directory for this process until the lock is disposed or the process ends, however it ends.</summary>
    /// <exception cref="DirectorException">Another director has it.</exception>
    public IDisposable Lock()
    {
        Create();
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            string owner = ReadPid(ControlPidFile) is { } pid ? $" (process {pid})" : string.Empty;
            throw new DirectorException($"another fastlb{owner} runs with the runtime directory {Path}; stop it, or give this one a --runtime-dir of its own");
        }
    }

    /// <summary>Removes what a stopped director has no more use for, and the directory itself if nothing else is in it.</summary>
    public void Clear()
    {
        foreach (string file in new[] { ApiSocket, DataplaneSocket, ControlPidFile, DataplanePidFile, ChangesFile, LockFile })
            File.Delete(file);
        if (Directory.Exists(Path) && !Directory.EnumerateFileSystemEntries(Path).Any())
            Directory.Delete(Path);
    }

    /// <summary>Writes a process id for others to read.</summary>
    public static void WritePid(string file, int pid) => File.WriteAllText(file, $"{pid}\n");

    /// <summary>The process id in a file, or null when there is none.</summary>
    public static int? ReadPid(string file)
    {
        try
        {
            return int.TryParse(File.ReadAllText(file), out int pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string InDirectory(string name) => System.IO.Path.Combine(Path, name);
}
