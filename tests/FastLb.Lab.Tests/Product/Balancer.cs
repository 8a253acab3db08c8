using System.Globalization;
using FastLb.Lab.Tests.Laboratory;

namespace FastLb.Lab.Tests.Product;

/// <summary><c>fastlb run</c> on the lab's director. Killed when disposed of, if it has not been stopped.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly LabProcess _process;

    private Balancer(LabProcess process, string runtimeDirectory)
    {
        _process = process;
        RuntimeDirectory = runtimeDirectory;
    }

    public string RuntimeDirectory { get; }

    /// <summary>What it has logged so far.</summary>
    public string Log => _process.Error;

    public int ControlPid => ReadPid("control.pid");

    public int DataplanePid => ReadPid("dataplane.pid");

    public static string DefaultRuntimeDirectory(ReferenceLab lab) => Path.Combine(lab.Director.Folder, "run");

    /// <summary>Starts FastLb and waits until it says that it is ready.</summary>
    public static async Task<Balancer> Start(ReferenceLab lab, string configuration, params IEnumerable<string> options)
    {
        Balancer balancer = new(StartProcess(lab, configuration, options), DefaultRuntimeDirectory(lab));
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

    /// <summary>Runs FastLb where it is expected to refuse to start, and waits for it to end.</summary>
    public static async Task<CommandResult> StartInVain(ReferenceLab lab, string configuration)
    {
        await using LabProcess process = StartProcess(lab, configuration, []);
        return await process.Ended();
    }

    /// <summary>Runs one of the commands that need no director: <c>check</c>, <c>status</c>.</summary>
    public static Task<CommandResult> RunCommand(params IEnumerable<string> arguments) =>
        LabProcess.Run(Repository.FastLbCommand, arguments);

    public async Task<BalancerStatus> Status() =>
        BalancerStatus.Parse((await RunCommand("status", "--json", "--runtime-dir", RuntimeDirectory)).Expected());

    /// <summary>Asks for an orderly stop and waits for it.</summary>
    public Task<CommandResult> Stop()
    {
        _process.Send(Signal.Terminate);
        return _process.Ended();
    }

    /// <summary>Kills both processes at once, as a power cut would.</summary>
    public async Task KillAll()
    {
        int dataplane = DataplanePid;
        // Stopped first, so that it cannot clean up when it sees the other die.
        Signal.Stop.SendTo(dataplane);
        _process.Send(Signal.Kill);
        Signal.Kill.SendTo(dataplane);
        await _process.Ended();
        await Eventually.Happens(() => !ProcessTable.IsRunning(dataplane), $"the end of the dataplane process {dataplane}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static LabProcess StartProcess(ReferenceLab lab, string configuration, IEnumerable<string> options) =>
        lab.Director.Start(
            Repository.FastLbCommand,
            ["run", "-f", configuration, "--runtime-dir", DefaultRuntimeDirectory(lab), .. options]);

    private int ReadPid(string file) =>
        int.Parse(File.ReadAllText(Path.Combine(RuntimeDirectory, file)), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
