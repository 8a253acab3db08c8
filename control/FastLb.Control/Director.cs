using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Control.Addresses;
using FastLb.Control.Adjacencies;
using FastLb.Control.Api;
using FastLb.Control.Engines;
using FastLb.Control.Runtime;
using FastLb.Native.Processes;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.Control;

/// <summary>What a director is started with.</summary>
/// <param name="Configuration">What it is to do.</param>
/// <param name="ConfigurationPath">Where that was read from.</param>
/// <param name="Directory">Its runtime directory.</param>
/// <param name="LogFormat">How it and its processes log: <c>plain</c>, <c>json</c> or <c>systemd</c>.</param>
public sealed record DirectorOptions(DirectorConfiguration Configuration, string ConfigurationPath, RuntimeDirectory Directory, string LogFormat);

/// <summary>The control process: runs a director from start to orderly stop.</summary>
public static class Director
{
    private static readonly TimeSpan LeftoverPatience = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled. When it returns, nothing of it is left in the kernel or in its runtime directory.</summary>
    /// <exception cref="DirectorException">It can't start; nothing is left either.</exception>
    /// <exception cref="FastLb.Native.SystemCallException">The kernel refused something that it can't do without; nothing is left either.</exception>
    public static async Task Run(DirectorOptions options, ILoggerFactory logs, CancellationToken cancellation)
    {
        ILogger log = logs.CreateLogger("control");
        RuntimeDirectory directory = options.Directory;
        using IDisposable hold = directory.Lock();
        await WaitForLeftoverDataplane(directory, log, cancellation);
        RuntimeDirectory.WritePid(directory.ControlPidFile, Environment.ProcessId);
        using Rtnetlink kernel = Rtnetlink.Open();
        var changes = new KernelChanges(directory, kernel, log);
        try
        {
            changes.UndoLeftovers();
            await Serve(options, kernel, changes, logs, cancellation);
        }
        finally
        {
            changes.RemoveAddresses();
            changes.ReleaseNeighbours();
            directory.Clear();
        }
    }

    // The order matters: frames are taken before the addresses draw them here, and the addresses go before nobody takes frames any more,
    // for the kernel answers what nobody takes with resets.
    private static async Task Serve(
        DirectorOptions options, Rtnetlink kernel, KernelChanges changes, ILoggerFactory logs, CancellationToken cancellation)
    {
        ILogger log = logs.CreateLogger("control");
        EnsureInterfacesExist(options.Configuration, kernel);
        var addresses = new VirtualAddresses([.. options.Configuration.VrrpInstances.SelectMany(instance => instance.VirtualAddresses)], kernel, changes, log);
        await using var engine = new DataplaneEngine(options.Directory, options.LogFormat, TimeProvider.System, log);
        var compiler = new DesiredStateCompiler(options.Configuration, kernel, log);
        using var network = new NetworkFollower(new AdjacencyResolver(kernel, changes), compiler, engine, log);
        await engine.Start(cancellation);
        await network.Synchronise(cancellation);
        addresses.Acquire();
        var status = new StatusReader(options.ConfigurationPath, engine, network, addresses, kernel);
        await using ApiServer api = await ApiServer.Start(options.Directory, status.Read, logs, cancellation);
        log.LogInformation("ready: {Services} services, {Addresses} virtual addresses", compiler.Services.Count, addresses.Report.Count);
        await network.Follow(cancellation);
        log.LogInformation("stopping");
        addresses.Release();
    }

    private static void EnsureInterfacesExist(DirectorConfiguration configuration, Rtnetlink kernel)
    {
        foreach (VrrpInstance instance in configuration.VrrpInstances)
        {
            if (kernel.Links.Find(instance.Interface) is null)
                throw new DirectorException($"{instance.InterfaceOrigin}: there is no interface {instance.Interface}, which vrrp_instance {instance.Name} needs");
        }
    }

    /// <summary>A dataplane whose control was killed ends by itself as soon as it notices; its XDP program must be gone before another is attached.</summary>
    private static async Task WaitForLeftoverDataplane(RuntimeDirectory directory, ILogger log, CancellationToken cancellation)
    {
        if (RuntimeDirectory.ReadPid(directory.DataplanePidFile) is not { } pid || !IsDataplane(pid))
            return;
        log.LogWarning("an earlier fastlb has left its dataplane, process {Pid}; waiting for its end", pid);
        try
        {
            await ProcessWatch.WaitForExit(pid, cancellation).WaitAsync(LeftoverPatience, cancellation);
        }
        catch (TimeoutException fault)
        {
            throw new DirectorException($"the dataplane of an earlier fastlb, process {pid}, does not end; kill it", fault);
        }
    }

    private static bool IsDataplane(int pid)
    {
        try
        {
            string[] command = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return command.Length > 1 && command[1] == "dataplane" && Path.GetFileName(command[0]) == Path.GetFileName(Environment.ProcessPath);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
