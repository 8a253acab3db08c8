using FastLb.Bench.Measures;
using FastLb.Bench.Paths;
using FastLb.Bench.Results;
using FastLb.Bench.Traffic;

namespace FastLb.Bench;

/// <summary>
/// Compares FastLb with the kernel: sets up every path first, each in a lab of its own, and then measures all of them by turns, round after round, so that what else
/// the machine does meets all alike.
/// </summary>
public static class PathComparer
{
    /// <summary>Makes the comparison.</summary>
    /// <param name="options">What is compared.</param>
    /// <param name="time">Measures and waits.</param>
    /// <param name="progress">Told what is done, a line each.</param>
    /// <param name="cancellation">Ends it early; nothing is left.</param>
    /// <exception cref="BenchException">A path can't be set up or doesn't forward.</exception>
    /// <exception cref="Native.SystemCallException">The kernel refuses something, a capability for example.</exception>
    public static async Task<BenchReport> Run(BenchOptions options, TimeProvider time, Action<string> progress, CancellationToken cancellation)
    {
        DateTimeOffset started = time.GetUtcNow();
        string? noIpvs = IpvsPath.DescribeAbsence();
        List<ForwardingPath> paths = [];
        List<PathMeter> meters = [];
        using var frames = new FloodFrames(options.Flows, options.FrameLength);
        try
        {
            foreach (Func<ForwardingPath> create in PathsFor(options, noIpvs is null, time))
            {
                ForwardingPath path = create();
                paths.Add(path);
                progress($"setting up: {path.Name}");
                await path.Open(cancellation);
                meters.Add(new PathMeter(path, frames, options, time));
            }

            List<PathRound>[] rounds = [.. meters.Select(_ => new List<PathRound>())];
            for (int round = 0; round <= options.Rounds; round++)
            {
                for (int i = 0; i < meters.Count; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    PathRound figures = await meters[i].Measure(cancellation);
                    progress($"{(round == 0 ? "warming up" : $"round {round}/{options.Rounds}")}: {meters[i].Path.Name}: {figures.PerSecond / 1000:0} kpps, {figures.ProcessorNanoseconds:0} ns a packet");
                    if (round > 0)
                        rounds[i].Add(figures);
                }
            }

            string reference = noIpvs is null ? "IPVS" : $"nftables DNAT: {noIpvs}";
            return new BenchReport(
                MachineDescription.Read(), started, options.Rounds, options.Duration.TotalSeconds, options.Flows, options.FrameLength, options.Rate, options.LatencyLoad, reference,
                ReportComposer.Compose([.. paths.Select((path, i) => new MeasuredPath(path.Name, path.Kind, path.Method, rounds[i]))]));
        }
        finally
        {
            foreach (PathMeter meter in meters)
                await meter.DisposeAsync();
            foreach (ForwardingPath path in paths)
                await path.DisposeAsync();
        }
    }

    private static IEnumerable<Func<ForwardingPath>> PathsFor(BenchOptions options, bool hasIpvs, TimeProvider time)
    {
        yield return () => new DroppingPath();
        yield return () => new RoutedPath();
        if (!hasIpvs)
            yield return () => new NftablesPath();
        foreach (BenchMethod method in options.Methods)
        {
            if (hasIpvs)
                yield return () => new IpvsPath(method);
            foreach (Native.Bpf.XdpAttachMode port in options.Ports)
                yield return () => new FastLbPath(method, port, time);
        }
    }
}
