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

    private ReferenceLab(string name, string folder)
    {
        Name = name;
        Folder = folder;
        Segment = new LabHost(this, "segment", "0.0.0.0", "br0");
        Client = new LabHost(this, "client", "192.168.182.50", "eth0");
        Director = new LabHost(this, "director", "192.168.182.130", "ens33");
        Web01 = new LabHost(this, "web01", "192.168.182.132", "eth0");
        Web02 = new LabHost(this, "web02", "192.168.182.133", "eth0");
    }

    public static IPAddress VirtualAddress { get; } = IPAddress.Parse(VirtualAddressText);

    public string Name { get; }

    /// <summary>The lab's files: one folder per host, and <c>files</c>, which both web servers serve and take uploads to.</summary>
    public string Folder { get; }

    public string SharedFiles => Path.Combine(Folder, "files");

    /// <summary>The bridge; its ports are named after the hosts they lead to.</summary>
    public LabHost Segment { get; }

    public LabHost Client { get; }

    public LabHost Director { get; }

    public LabHost Web01 { get; }

    public LabHost Web02 { get; }

    /// <summary>Sets a lab up.</summary>
    /// <param name="directorQueues">Receive and transmit queues of the director's interface.</param>
    public static async Task<ReferenceLab> Start(int directorQueues = 1)
    {
        (await LabProcess.Run(Repository.LabCommand, "reap")).Expected();
        string name = $"test-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        (await LabProcess.Run(
            Repository.LabCommand, "-n", name, "up", "--owner", $"{Environment.ProcessId}", "--queues", $"{directorQueues}")).Expected();
        string folder = (await LabProcess.Run(Repository.LabCommand, "-n", name, "directory")).Expected().Trim();
        return new ReferenceLab(name, folder);
    }

    public async ValueTask DisposeAsync() => (await LabProcess.Run(Repository.LabCommand, "-n", Name, "down")).Expected();
}
