using FastLb.Native.Captures;
using FastLb.Native.Interfaces;

namespace FastLb.Replay.Live;

/// <summary>Plays a capture's frames onto an interface, paced by their timestamps or at a rate. One thread.</summary>
public sealed class LiveReplay
{
    private const int MacSize = 6;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    /// <summary>Waits shorter than this are spun out: timers are no more exact.</summary>
    private static readonly TimeSpan SpinLimit = TimeSpan.FromMilliseconds(1);

    private readonly string _path;
    private readonly LiveReplayOptions _options;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly byte[] _frame = new byte[CaptureReader.LongestFrame];
    private long _sent;
    private long _bytes;
    private long _truncated;
    private long _tooLong;

    private LiveReplay(string path, LiveReplayOptions options, TimeProvider time)
    {
        _path = path;
        _options = options;
        _time = time;
        _started = time.GetTimestamp();
    }

    private LiveReplayReport Report => new(_path, _options.Interface, _sent, _bytes, _truncated, _tooLong, _time.GetElapsedTime(_started).TotalSeconds);

    /// <summary>Plays it to its end, or until cancelled.</summary>
    /// <param name="path">The capture.</param>
    /// <param name="options">How and where.</param>
    /// <param name="time">Paces.</param>
    /// <param name="progress">Called about once a second.</param>
    /// <param name="cancellation">Ends it early, without a fault.</param>
    /// <exception cref="CaptureException">It can't be read, or is damaged; what comes before the damage has been sent.</exception>
    /// <exception cref="Native.SystemCallException">The interface is not there or down, or the process may not send frames.</exception>
    public static LiveReplayReport Run(string path, LiveReplayOptions options, TimeProvider time, Action<LiveReplayReport> progress, CancellationToken cancellation)
    {
        using FrameSender sender = FrameSender.Open(options.Interface);
        var replay = new LiveReplay(path, options, time);
        for (int loop = 0; loop < options.Loops && !cancellation.IsCancellationRequested; loop++)
            replay.PlayOnce(sender, progress, cancellation);
        return replay.Report;
    }

    private void PlayOnce(FrameSender sender, Action<LiveReplayReport> progress, CancellationToken cancellation)
    {
        using CaptureReader capture = CaptureReader.Open(_path);
        TimeSpan begun = _time.GetElapsedTime(_started), told = begun;
        var clock = new CaptureClock();
        Dataplane.MonotonicTime origin = clock.Now;
        while (!cancellation.IsCancellationRequested && capture.TryRead(out CapturedFrame frame))
        {
            TimeSpan offset = clock.Advance(frame.Time) - origin;
            WaitUntil(begun + DueAfter(offset, capture.Frames - 1), cancellation);
            if (!cancellation.IsCancellationRequested)
                Send(sender, frame);
            if (_time.GetElapsedTime(_started) - told < ProgressInterval)
                continue;
            told = _time.GetElapsedTime(_started);
            progress(Report);
        }
    }

    private TimeSpan DueAfter(TimeSpan offset, long frames)
    {
        if (_options.FramesPerSecond is { } rate)
            return TimeSpan.FromSeconds(frames / rate);
        return _options.Speed > 0 ? offset / _options.Speed : TimeSpan.Zero;
    }

    private void WaitUntil(TimeSpan due, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && due - _time.GetElapsedTime(_started) is { Ticks: > 0 } rest)
        {
            if (rest > SpinLimit)
                cancellation.WaitHandle.WaitOne(rest > ProgressInterval ? ProgressInterval : rest - (SpinLimit / 2));
            else
                Thread.SpinWait(50);
        }
    }

    private void Send(FrameSender sender, in CapturedFrame frame)
    {
        if (frame.IsTruncated || frame.Bytes.Length < 2 * MacSize)
        {
            _truncated++;
            return;
        }

        Span<byte> copy = _frame.AsSpan(0, frame.Bytes.Length);
        frame.Bytes.CopyTo(copy);
        _options.DestinationMac?.GetAddressBytes().CopyTo(copy);
        _options.SourceMac?.GetAddressBytes().CopyTo(copy[MacSize..]);
        if (!sender.Send(copy))
        {
            _tooLong++;
            return;
        }

        _sent++;
        _bytes += copy.Length;
    }
}
