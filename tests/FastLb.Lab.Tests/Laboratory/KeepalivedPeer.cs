namespace FastLb.Lab.Tests.Laboratory;

/// <summary>
/// keepalived on one of the lab's directors, its VRRP alone: what FastLb must get along with, and what it is measured by. Killed when disposed of,
/// if it has not been stopped.
/// </summary>
internal sealed class KeepalivedPeer : IAsyncDisposable
{
    private readonly LabProcess _process;

    private KeepalivedPeer(LabHost director, LabProcess process)
    {
        Director = director;
        _process = process;
    }

    public LabHost Director { get; }

    /// <summary>What it has logged so far.</summary>
    public string Log => _process.Output + _process.Error;

    /// <summary>Starts keepalived and waits until it takes part in VRRP, be it as master or as backup.</summary>
    public static async Task<KeepalivedPeer> Start(LabHost director, string configuration)
    {
        // One that was killed leaves its files, and the next on this host is not to mistake another process for it.
        string PidFile(string name)
        {
            string path = Path.Combine(director.Folder, $"keepalived-{name}.pid");
            File.Delete(path);
            return path;
        }

        KeepalivedPeer peer = new(director, director.Start(
            "keepalived",
            "--dont-fork", "--log-console", "--log-detail", "--no-syslog", "--vrrp", "--use-file", configuration,
            "--pid", PidFile("parent"), "--vrrp_pid", PidFile("vrrp"), "--checkers_pid", PidFile("checkers")));
        try
        {
            await Eventually.Happens(
                () => peer.Log.Contains("VRRP sockpool", StringComparison.Ordinal) || peer._process.HasExited, $"keepalived to start: {peer.Log}");
            if (peer._process.HasExited)
                throw new InvalidOperationException($"keepalived did not start: {await peer._process.Ended()}");
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }

        return peer;
    }

    /// <summary>Asks for an orderly stop and waits for it.</summary>
    public Task<CommandResult> Stop()
    {
        _process.Send(Signal.Terminate);
        return _process.Ended();
    }

    /// <summary>Kills its processes and cuts the director's link in the same moment: nobody hears of it.</summary>
    public async Task PowerOff()
    {
        int[] processes = ProcessTable.TreeOf(_process.Id);
        ProcessTable.Freeze(processes);
        await Director.CutLink();
        ProcessTable.KillTogether(processes);
        await _process.Ended();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            ProcessTable.KillTogether(ProcessTable.TreeOf(_process.Id));
        await _process.DisposeAsync();
    }
}
