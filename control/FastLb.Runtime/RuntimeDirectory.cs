using System.Text;
using FastLb.Native.Files;

namespace FastLb.Runtime;

/// <summary>
/// Where one running director keeps its sockets, process ids and the records of what it has changed in the kernel. Two directors on one machine need two.
/// </summary>
/// <param name="Path">The directory; a relative name is one of the working directory at this moment.</param>
public sealed record RuntimeDirectory(string Path)
{
    /// <summary>The directory's full name: processes that are started later, and systemd's protocol, take no other.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(Path);

    /// <summary>Used unless another one is named.</summary>
    public const string DefaultPath = "/run/fastlb";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly ProcessRole[] Roles = Enum.GetValues<ProcessRole>();

    /// <summary>The API, for <c>fastlb status</c> and the like.</summary>
    public string ApiSocket => InDirectory("api.sock");

    /// <summary>The dataplane's socket, for control.</summary>
    public string DataplaneSocket => InDirectory("dataplane.sock");

    /// <summary>The VRRP process's socket, for control.</summary>
    public string VrrpSocket => InDirectory("vrrp.sock");

    /// <summary>The configuration as the supervisor read it: all processes run on this, whatever becomes of the files (<see cref="ConfigurationSnapshot"/>).</summary>
    public string SnapshotFile => InDirectory("configuration.json");

    /// <summary>Addresses that the VRRP process has added (<see cref="KernelJournal"/>).</summary>
    public string AddressJournal => InDirectory("addresses.json");

    /// <summary>What the VRRP process has set that doesn't move with virtual routers, and stays while it is started again (<see cref="KernelJournal"/>).</summary>
    public string StaticJournal => InDirectory("static.json");

    /// <summary>Neighbours that control has had the kernel manage (<see cref="KernelJournal"/>).</summary>
    public string NeighbourJournal => InDirectory("neighbours.json");

    /// <summary>Receive offloads that the dataplane has switched off (<see cref="FastLb.Native.Interfaces.OffloadJournal"/>).</summary>
    public string OffloadJournal => InDirectory("offloads.json");

    /// <summary>The roles of the virtual routers, for a VRRP process that is started again.</summary>
    public string VrrpStateFile => InDirectory("vrrp-state.json");

    /// <summary>What the checkers know, for a control process that is started again.</summary>
    public string HealthFile => InDirectory("health.json");

    /// <summary>The processes and how often they have been started again (<see cref="ProcessReport"/>).</summary>
    public string ProcessesFile => InDirectory("processes.json");

    /// <summary>What became of the last reload (<see cref="ReloadReport"/>).</summary>
    public string ReloadFile => InDirectory("reload.json");

    private string LockFile => InDirectory("lock");

    /// <summary>Process id of a role's process, as text with a line feed.</summary>
    public string PidFile(ProcessRole role) => InDirectory($"{role.Name()}.pid");

    /// <summary>The socket on which the supervisor hears from a role's process, as systemd would from a service (sd_notify(3)).</summary>
    public string NotificationSocket(ProcessRole role) => InDirectory($"{role.Name()}.notify");

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
            string owner = ReadPid(ProcessRole.Supervisor) is { } pid ? $" (process {pid})" : string.Empty;
            throw new DirectorException($"another fastlb{owner} runs with the runtime directory {Path}; stop it, or give this one a --runtime-dir of its own");
        }
    }

    /// <summary>Removes what a stopped director has no more use for, and the directory itself if nothing else is in it.</summary>
    public void Clear()
    {
        ClearRun();
        File.Delete(LockFile);
        if (Directory.Exists(Path) && !Directory.EnumerateFileSystemEntries(Path).Any())
            Directory.Delete(Path);
    }

    /// <summary>Removes what belongs to one run: of the run that ends, or of one that was killed. The journals of kernel changes are left: they are worked off first.</summary>
    public void ClearRun()
    {
        foreach (string file in (string[])[ApiSocket, DataplaneSocket, VrrpSocket, SnapshotFile, VrrpStateFile, HealthFile, ProcessesFile, ReloadFile])
            File.Delete(file);
        foreach (string file in (string[])[SnapshotFile, AddressJournal, StaticJournal, NeighbourJournal, OffloadJournal, VrrpStateFile, HealthFile, ProcessesFile, ReloadFile])
            File.Delete(file + FileReplacement.NextSuffix); // of a process that was killed while it wrote
        foreach (ProcessRole role in Roles)
        {
            File.Delete(PidFile(role));
            File.Delete(NotificationSocket(role));
        }
    }

    /// <summary>Writes the process id of a role's process for others to read.</summary>
    public void WritePid(ProcessRole role, int pid) => Replace(PidFile(role), Encoding.ASCII.GetBytes($"{pid}\n"));

    /// <summary>The process id written down for a role, or null when there is none. The process may have ended.</summary>
    public int? ReadPid(ProcessRole role)
    {
        try
        {
            return int.TryParse(File.ReadAllText(PidFile(role)), out int pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writes a file, for its owner alone, so that a reader, or a start after a crash, sees it whole or not at all.</summary>
    public static void Replace(string file, byte[] content) => FileReplacement.Write(file, content);

    private string InDirectory(string name) => System.IO.Path.Combine(Path, name);
}
