using System.Net;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>
/// The reference lab, set up by <c>scripts/lab</c>, which describes it. Several can be up at once. Taken down when disposed of; if this process
/// is killed before, the next lab to start anywhere on the machine takes it down.
/// </summary>
internal sealed class ReferenceLab : IAsyncDisposable
{
    public const string VirtualAddressText = "192.168.182.100";

    private static int _count;

    private ReferenceLab(string name, string folder, LabOptions options)
    {
        Name = name;
        Folder = folder;
        bool twoArms = options.Arms == 2;
        Segment = new LabHost(this, "segment", "0.0.0.0", "br0");
        Client = new LabHost(this, "client", "192.168.182.50", "eth0");
        Master = new LabHost(this, "master", "192.168.182.130", "ens33") { InsideInterface = twoArms ? "ens34" : null };
        Backup = new LabHost(this, "backup", "192.168.182.131", "ens33") { InsideInterface = twoArms ? "ens34" : null };
        Web01 = new LabHost(this, "web01", twoArms ? "10.0.0.11" : "192.168.182.132", "eth0");
        Web02 = new LabHost(this, "web02", twoArms ? "10.0.0.12" : "192.168.182.133", "eth0");
        Router = twoArms && options.Mode != "nat" ? new LabHost(this, "router", "192.168.182.254", "eth0") { InsideInterface = "eth1" } : null;
    }

    public static IPAddress VirtualAddress { get; } = IPAddress.Parse(VirtualAddressText);

    public string Name { get; }

    /// <summary>The lab's files: one folder per host, and <c>files</c>, which both web servers serve and take uploads to.</summary>
    public string Folder { get; }

    public string SharedFiles => Path.Combine(Folder, "files");

    /// <summary>The bridge, or both; ports are named after the hosts they lead to (<see cref="LabHost.InsidePort"/>).</summary>
    public LabHost Segment { get; }

    public LabHost Client { get; }

    /// <summary>The director of <c>master.conf</c>.</summary>
    public LabHost Master { get; }

    /// <summary>The director of <c>backup.conf</c>.</summary>
    public LabHost Backup { get; }

    public LabHost Web01 { get; }

    public LabHost Web02 { get; }

    /// <summary>The way from the servers' segment to the client past the director; null where there is none.</summary>
    public LabHost? Router { get; }

    /// <summary>Sets a lab up.</summary>
    /// <param name="directorQueues">Receive and transmit queues of each director's interface.</param>
    public static Task<ReferenceLab> Start(int directorQueues = 1) => Start(new LabOptions { DirectorQueues = directorQueues });

    /// <summary>Sets a lab of another form up.</summary>
    public static async Task<ReferenceLab> Start(LabOptions options)
    {
        (await LabProcess.Run(Repository.LabCommand, "reap")).Expected();
        string name = $"test-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        (await LabProcess.Run(
            Repository.LabCommand,
            "-n", name, "up", "--owner", $"{Environment.ProcessId}", "--queues", $"{options.DirectorQueues}", "--mtu", $"{options.Mtu}",
            "--arms", $"{options.Arms}", "--mode", options.Mode, "--xdp", options.Xdp)).Expected();
        string folder = (await LabProcess.Run(Repository.LabCommand, "-n", name, "directory")).Expected().Trim();
        return new ReferenceLab(name, folder, options);
    }

    /// <summary>Runs one of the commands of <c>scripts/lab</c> on this lab.</summary>
    public async Task Run(params IEnumerable<string> arguments) =>
        (await LabProcess.Run(Repository.LabCommand, ["-n", Name, .. arguments])).Expected();

    /// <summary>Waits until one director has the virtual address and the other has not.</summary>
    public async Task VirtualAddressMovesTo(LabHost director)
    {
        LabHost other = director == Master ? Backup : Master;
        await Eventually.Observe(
            async () => (HasIt: await director.HoldsAddress(VirtualAddress), OtherHasIt: await other.HoldsAddress(VirtualAddress)),
            seen => seen == (true, false),
            $"the virtual address on {director} alone");
    }

    public async ValueTask DisposeAsync() => await Run("down");
}
