using FastLb.Bench.Laboratory;
using FastLb.Bench.Paths;
using FastLb.Bench.Results;
using FastLb.Bench.Traffic;
using FastLb.Native.Processes;

namespace FastLb.Bench.Measures;

/// <summary>Takes one path's figures, as often as wanted.</summary>
internal sealed class PathMeter : IAsyncDisposable
{
    /// <summary>Of the packets that come to the server while a flood passes; the others are the kernel's own, such as those of ARP.</summary>
    private const double LeastRightShare = 0.99;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(300), Settling = TimeSpan.FromMilliseconds(100);

    private readonly BenchOptions _options;
    private readonly TimeProvider _time;
    private readonly FloodGenerator _generator;
    private readonly EchoServer? _server;
    private readonly int _processor;

    /// <param name="path">Ready to forward.</param>
    /// <param name="frames">What is sent; has to live for longer.</param>
    /// <param name="options">For how long.</param>
    /// <param name="time">Measures.</param>
    public PathMeter(ForwardingPath path, FloodFrames frames, BenchOptions options, TimeProvider time)
    {
        Path = path;
        _options = options;
        _time = time;
        _processor = ThreadScheduling.ReadAffinity()[^1];
        _generator = path.Lab.Client.Invoke(() => FloodGenerator.Open("eth0", frames, time));
        if (path.Kind == PathKind.Dropped)
            return;
        path.Lab.CountAtServer();
        _server = new EchoServer(path.Lab);
    }

    public ForwardingPath Path { get; }

    /// <summary>Takes the figures of one round.</summary>
    /// <exception cref="BenchException">Packets don't arrive as they are to.</exception>
    public async Task<PathRound> Measure(CancellationToken cancellation)
    {
        PathRound round = MeasureRate(cancellation);
        if (Path.Kind == PathKind.Dropped)
            return round;
        TimeSpan half = _options.Duration / 2;
        (double[] taken, int lost) = await MeasureLatency(half);
        cancellation.ThrowIfCancellationRequested();
        (double connections, long failed) = await ConnectionLoop.Measure(Path.Lab, half, _time);
        if (taken.Length == 0 || connections == 0)
            throw new BenchException($"{Path.Name}: no {(taken.Length == 0 ? "datagram came back" : "connection came about")}");
        return round with
        {
            LatencyMicroseconds = new LatencyFigures(
                Spread.Percentile(taken, 0.5), Spread.Percentile(taken, 0.9), Spread.Percentile(taken, 0.99), Spread.Percentile(taken, 0.999), taken[^1], taken.Length, lost),
            ConnectionsPerSecond = connections,
            FailedConnections = failed,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _generator.Dispose();
    }

    private PathRound MeasureRate(CancellationToken cancellation)
    {
        long counted = Path.Kind == PathKind.Dropped ? 0 : Path.Lab.ReadCounter(), received = ReadReceived();
        _generator.Start(_options.Rate, _processor);
        (long Sent, long Received, ProcessorTime Processors, long Timestamp) first, last;
        try
        {
            Wait(WarmUp, cancellation);
            first = Read();
            Wait(_options.Duration, cancellation);
            last = Read();
        }
        finally
        {
            _generator.Stop();
        }

        Wait(Settling, cancellation);
        if (Path.DescribeFault() is { } fault)
            throw new BenchException(fault);
        if (Path.Kind != PathKind.Dropped)
            CheckArrivals(Path.Lab.ReadCounter() - counted, ReadReceived() - received);

        TimeSpan elapsed = _time.GetElapsedTime(first.Timestamp, last.Timestamp);
        double sent = last.Sent - first.Sent, arrived = Path.Kind == PathKind.Dropped ? sent : last.Received - first.Received;
        if (sent == 0 || arrived == 0)
            throw new BenchException($"{Path.Name}: {arrived:0} of {sent:0} packets arrived within {elapsed.TotalSeconds:0.0} s, which is too few to tell anything");
        return new PathRound(
            sent / elapsed.TotalSeconds, arrived / elapsed.TotalSeconds, Math.Max(0, 1 - (arrived / sent)), last.Processors.BusySince(first.Processors, elapsed).TotalNanoseconds / arrived);
    }

    /// <summary>Latency while some packets pass, as on a director in use.</summary>
    private async Task<(double[] Microseconds, int Lost)> MeasureLatency(TimeSpan duration)
    {
        if (_options.LatencyLoad == 0)
            return await RoundTrips.Measure(Path.Lab, duration, _time);
        _generator.Start(_options.LatencyLoad, _processor);
        try
        {
            return await RoundTrips.Measure(Path.Lab, duration, _time);
        }
        finally
        {
            _generator.Stop();
        }
    }

    private void CheckArrivals(long right, long all)
    {
        if (all == 0)
            throw new BenchException($"{Path.Name}: no packet came to the server");
        if (right < all * LeastRightShare)
            throw new BenchException($"{Path.Name}: {right} of {all} packets that came to the server were as they were to be");
    }

    private (long Sent, long Received, ProcessorTime Processors, long Timestamp) Read() => (_generator.Sent, ReadReceived(), ProcessorTime.Read(), _time.GetTimestamp());

    private long ReadReceived() => BenchLab.ReadReceived(Path.Lab.Server, "eth0");

    private static void Wait(TimeSpan duration, CancellationToken cancellation)
    {
        if (cancellation.WaitHandle.WaitOne(duration))
            cancellation.ThrowIfCancellationRequested();
    }
}
