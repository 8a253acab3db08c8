using FastLb.Lab.Tests.Laboratory;

namespace FastLb.Lab.Tests.Captures;

/// <summary>
/// tcpdump on one interface. A frame that AF_XDP takes or sends never shows on the director's own interface: capture at its peer, the bridge's
/// port, or on the other hosts.
/// </summary>
internal sealed class Capture : IAsyncDisposable
{
    private readonly LabProcess _tcpdump;
    private readonly string _path;

    private Capture(LabProcess tcpdump, string path)
    {
        _tcpdump = tcpdump;
        _path = path;
    }

    /// <summary>All complete frames so far.</summary>
    public IReadOnlyList<CapturedFrame> Frames => CaptureFile.Read(_path);

    /// <summary>Starts to capture; from the return on, no frame is missed.</summary>
    /// <param name="host">Where.</param>
    /// <param name="interfaceName">On which of the host's interfaces.</param>
    /// <param name="filter">pcap-filter(7).</param>
    public static async Task<Capture> Start(LabHost host, string interfaceName, string filter)
    {
        string path = Path.Combine(host.Folder, $"{Guid.NewGuid():N}.pcap");
        LabProcess tcpdump = host.Start(
            "tcpdump", "-i", interfaceName, "-w", path, "-U", "--immediate-mode", "-B", "16384", "-s", "0", "-n", "-Z", "root", filter);
        Capture capture = new(tcpdump, path);
        try
        {
            await tcpdump.Reports("listening on");
        }
        catch
        {
            await capture.DisposeAsync();
            throw;
        }

        return capture;
    }

    public static Task<Capture> Start(LabHost host, string filter) => Start(host, host.Interface, filter);

    /// <summary>Waits until so many frames satisfy a condition, and returns those.</summary>
    public Task<IReadOnlyList<CapturedFrame>> Frame(int count, Func<CapturedFrame, bool> condition) =>
        Eventually.Observe<IReadOnlyList<CapturedFrame>>(
            () => Task.FromResult<IReadOnlyList<CapturedFrame>>([.. Frames.Where(condition)]),
            frames => frames.Count >= count,
            $"{count} frames in {_path}");

    /// <summary>
    /// Waits for the very last frame of so many TCP connections that the capture's sender closes first: its acknowledgement of the other side's FIN,
    /// which comes after its own FIN and may still be on its way when the program that had the connection has ended.
    /// </summary>
    public Task ConnectionsEnd(int count) =>
        Eventually.Observe(
            () =>
            {
                IReadOnlyList<CapturedFrame> frames = Frames;
                return Task.FromResult(frames.Where(fin => fin.IsFin && frames.Any(last =>
                    !last.IsFin && last.SourcePort == fin.SourcePort && last.Sequence == fin.NextSequence)).DistinctBy(fin => fin.SourcePort).Count());
            },
            ended => ended == count,
            $"the end of {count} connections in {_path}");

    /// <summary>Ends the capture and returns what it saw.</summary>
    /// <exception cref="InvalidOperationException">tcpdump could not keep up with the traffic.</exception>
    public async Task<IReadOnlyList<CapturedFrame>> Stop()
    {
        _tcpdump.Send(Signal.Interrupt);
        CommandResult result = await _tcpdump.Ended();
        if (!result.Error.Contains("\n0 packets dropped by kernel", StringComparison.Ordinal))
            throw new InvalidOperationException($"the capture is incomplete: {result}");
        return Frames;
    }

    public ValueTask DisposeAsync() => _tcpdump.DisposeAsync();
}
