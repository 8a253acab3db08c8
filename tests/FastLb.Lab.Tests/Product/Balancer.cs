using System.Globalization;
using FastLb.Lab.Tests.Laboratory;

namespace FastLb.Lab.Tests.Product;

/// <summary><c>fastlb run</c> on one of the lab's directors. Killed when disposed of, if it has not been stopped.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly LabProcess _process;

    private Balancer(LabHost director, LabProcess process)
    {
        Director = director;
        _process = process;
        RuntimeDirectory = DefaultRuntimeDirectory(director);
    }

    public LabHost Director { get; }

    public string RuntimeDirectory { get; }

    /// <summary>What it has logged so far.</summary>
    public string Log => _process.Error;

    /// <summary>The process that was started.</summary>
    public int RunPid => _process.Id;

    public int ControlPid => ReadPid("control.pid");

    public int DataplanePid => ReadPid("dataplane.pid");

    public int VrrpPid => ReadPid("vrrp.pid");

    public static string DefaultRuntimeDirectory(LabHost director) => Path.Combine(director.Folder, "run");

    /// <summary>Starts FastLb on the master, as its only director, and waits until it is ready and serves.</summary>
    public static async Task<Balancer> Start(ReferenceLab lab, string configuration, params IEnumerable<string> options)
    {
        Balancer balancer = await Start(lab.Master, configuration, options);
        try
        {
            await lab.Master.AcquiresVirtualAddress();
            await Eventually.Observe(balancer.Status, status => status.Services.All(service => service.Steered), "frames for the services to be taken");
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }

        return balancer;
    }

    /// <summary>Starts FastLb on a director and waits until it says that it is ready, be it as master or as backup.</summary>
    public static async Task<Balancer> Start(LabHost director, string configuration, params IEnumerable<string> options)
    {
        Balancer balancer = new(director, StartProcess(director, configuration, options));
        try
        {
            await balancer._process.Reports("ready");
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }

        return balancer;
    }

    /// <summary>Runs FastLb on the master where it is expected to refuse to start, and waits for it to end.</summary>
    public static async Task<CommandResult> StartInVain(ReferenceLab lab, string configuration)
    {
        await using LabProcess process = StartProcess(lab.Master, configuration, []);
        return await process.Ended();
    }

    /// <summary>Runs one of the commands that need no director: <c>check</c>, <c>status</c>.</summary>
    public static Task<CommandResult> RunCommand(params IEnumerable<string> arguments) =>
        LabProcess.Run(Repository.FastLbCommand, arguments);

    public async Task<BalancerStatus> Status() =>
        CommandJson.Read<BalancerStatus>((await RunCommand("status", "--json", "--runtime-dir", RuntimeDirectory)).Expected());

    /// <summary>What it says of its VRRP instances.</summary>
    public async Task<VrrpStatus> Vrrp() =>
        CommandJson.Read<VrrpStatus>((await RunCommand("vrrp", "--json", "--runtime-dir", RuntimeDirectory)).Expected());

    /// <summary>Waits until its checks find a server of port 80 up or down.</summary>
    public async Task HealthBecomes(LabHost host, string health) => await Eventually.Observe(
        Status, status => status.Service(80).Servers.Single(server => server.Address == host.Address.ToString()).Health == health, $"{host} to be {health}");

    /// <summary>Asks for an orderly stop and waits for it.</summary>
    public Task<CommandResult> Stop()
    {
        _process.Send(Signal.Terminate);
        return _process.Ended();
    }

    /// <summary>Kills one of its processes, and waits until another one has taken its place and is ready.</summary>
    /// <param name="role">dataplane, vrrp or control.</param>
    public async Task KillAndAwaitSuccessor(string role)
    {
        int killed = ReadPid($"{role}.pid");
        Signal.Kill.SendTo(killed);
        await Successor(role, killed);
    }

    /// <summary>Waits until another process has taken a role, and is ready.</summary>
    public Task Successor(string role, int before) => Eventually.Happens(
        () => Log.Split('\n').Any(line => line.Contains($"the {role} process runs as {ReadPid($"{role}.pid")}", StringComparison.Ordinal)) && ReadPid($"{role}.pid") != before,
        $"the successor of the {role} process {before}");

    /// <summary>Kills all its processes at once, as a power cut would.</summary>
    public async Task KillAll()
    {
        int[] processes = ProcessTable.TreeOf(RunPid);
        ProcessTable.KillTogether(processes);
        await _process.Ended();
        await Eventually.Happens(() => !processes.Any(ProcessTable.IsRunning), $"the end of {string.Join(", ", processes)}");
    }

    /// <summary>Kills all its processes and cuts the director's link in the same moment: nobody hears of it.</summary>
    public async Task PowerOff()
    {
        int[] processes = ProcessTable.TreeOf(RunPid);
        ProcessTable.Freeze(processes);
        await Director.CutLink();
        ProcessTable.KillTogether(processes);
        await _process.Ended();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static LabProcess StartProcess(LabHost director, string configuration, IEnumerable<string> options) =>
        director.Start(
            Repository.FastLbCommand,
            ["run", "-f", configuration, "--runtime-dir", DefaultRuntimeDirectory(director), .. options]);

    private int ReadPid(string file) =>
        int.Parse(File.ReadAllText(Path.Combine(RuntimeDirectory, file)), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
