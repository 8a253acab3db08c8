using System.Net.NetworkInformation;
using FastLb.Dataplane;
using FastLb.Dataplane.Explanations;
using FastLb.Dataplane.Pipeline;
using FastLb.DataplaneHost;
using FastLb.Native.Bpf;
using FastLb.Native.Captures;
using FastLb.PacketIO;
using FastLb.Replay.Captures;
using FastLb.Replay.Explanations;
using FastLb.Wire;

namespace FastLb.Replay;

/// <summary>
/// Plays a capture through steering and pipeline, with the capture's timestamps as the clock. Needs no privilege and no network; the same capture and options always
/// give the same.
/// </summary>
public sealed class CaptureReplay
{
    // Frames of a capture that no service's frame shows the director in.
    private static readonly PhysicalAddress NoMac = new([0x02, 0, 0, 0, 0, 0]);

    private readonly string _path;
    private readonly ReplayOptions _options;
    private readonly CaptureSurvey _survey;
    private readonly CaptureClock _clock = new();
    private readonly long[] _steering = new long[Enum.GetValues<SteeringOutcome>().Length];
    private readonly long[] _reasonBytes = new long[Enum.GetValues<VerdictReason>().Length];
    private long _frames;
    private long _bytes;
    private long _truncated;
    private long _punted;
    private long _first;

    private CaptureReplay(string path, ReplayOptions options, CaptureSurvey survey)
    {
        _path = path;
        _options = options;
        _survey = survey;
    }

    /// <summary>Called with each frame once it has been decided about, if set.</summary>
    public Action<ExplainedFrame>? Explained { get; init; }

    /// <summary>The file's damage, if it could not be read to its end.</summary>
    public CaptureException? Damage { get; private set; }

    private IReadOnlyList<PhysicalAddress> Macs => _options.Macs.Count > 0 ? _options.Macs : _survey.Macs.Count > 0 ? [_survey.Macs[0]] : [NoMac];

    /// <summary>Looks a capture through for the director's Ethernet address.</summary>
    /// <param name="path">The capture.</param>
    /// <param name="options">What it is played through.</param>
    /// <param name="explained">Called with each frame once it has been decided about; null when nobody wants to know.</param>
    /// <exception cref="CaptureException">It is no capture that can be read.</exception>
    /// <exception cref="ReplayException">The options don't fit the configuration.</exception>
    public static CaptureReplay Open(string path, ReplayOptions options, Action<ExplainedFrame>? explained) =>
        new(path, options, CaptureSurvey.Read(path, options)) { Explained = explained };

    /// <summary>Plays all of it, once.</summary>
    /// <param name="output">Gets the frames that are forwarded, with the capture's timestamps; null when nobody wants them.</param>
    /// <exception cref="IOException">The output can't be written.</exception>
    public ReplayReport Run(CaptureWriter? output)
    {
        using var director = new ReplayDirector(_options, Macs, _clock.Now);
        using CaptureReader capture = CaptureReader.Open(_path);
        try
        {
            while (capture.TryRead(out CapturedFrame frame))
                Play(director, frame, output);
        }
        catch (CaptureException damage)
        {
            Damage = damage;
        }

        return Report(director);
    }

    private void Play(ReplayDirector director, in CapturedFrame frame, CaptureWriter? output)
    {
        if (_frames++ == 0)
            _first = frame.Time;
        _bytes += frame.Length;
        _truncated += frame.IsTruncated ? 1 : 0;
        MonotonicTime now = _clock.Advance(frame.Time);
        SteeringOutcome outcome = director.Steer(frame);
        _steering[(int)outcome]++;
        if (!SteeringReplica.IsSteered(outcome))
        {
            Explained?.Invoke(Explain(frame, outcome, null));
            return;
        }

        if (Explained is null)
            director.Play(frame, now);
        else
            Explained(Explain(frame, outcome, director.Explain(frame, now)));
        ref readonly PacketSlot slot = ref director.Slot;
        _reasonBytes[(int)slot.Reason] += frame.Length;
        _punted += slot.Kind == VerdictKind.Punt ? 1 : 0;
        if (slot.Kind == VerdictKind.Forward && output is not null)
            Write(output, director, frame.Time);
    }

    private void Write(CaptureWriter output, ReplayDirector director, long time)
    {
        ref readonly PacketSlot slot = ref director.Slot;
        Span<byte> frame = director.Frame;
        if (slot is { ChecksumStart: > 0, SegmentSize: 0, Rest: 0 })
            ChecksumCompletion.TryComplete(frame, slot.ChecksumStart, slot.ChecksumOffset);
        output.Write(time, frame, slot.Length + slot.Rest, $"frame {_frames}: {StatusNames.Of(slot.Reason)}: {VerdictWords.Of(slot.Reason)}");
    }

    private ExplainedFrame Explain(in CapturedFrame frame, SteeringOutcome outcome, FrameExplanation? explanation) => new(
        _frames,
        (frame.Time - _first) / 1e9,
        FrameSummary.Of(frame),
        StatusNames.Of(outcome),
        explanation is null ? SteeringWords.Of(outcome) : null,
        explanation is null ? null : ExplanationConversion.ToMessage(explanation, _ => null));

    private ReplayReport Report(ReplayDirector director)
    {
        VerdictReason[] reasons = [.. Enum.GetValues<VerdictReason>().Where(reason => reason != VerdictReason.None)];
        return new ReplayReport(
            _path,
            _frames,
            _bytes,
            (_clock.Now - new CaptureClock().Now).TotalSeconds,
            _truncated,
            _clock.Regressions,
            [.. Macs.Select(Text)],
            [.. _survey.Macs.Except(Macs).Select(Text)],
            new LeftToKernel(Enum.GetValues<SteeringOutcome>().Where(outcome => !SteeringReplica.IsSteered(outcome)).Sum(outcome => _steering[(int)outcome]), _punted),
            Enum.GetValues<SteeringOutcome>().ToDictionary(StatusNames.Of, outcome => _steering[(int)outcome]),
            reasons.ToDictionary(StatusNames.Of, reason => director.Verdicts[reason]),
            [
                .. reasons.Where(reason => director.Verdicts[reason] != 0).Select(reason => new ReasonTraffic(
                    StatusNames.Of(reason), VerdictWords.Of(reason), director.Verdicts[reason], _reasonBytes[(int)reason])),
            ],
            director.ReadServices(),
            director.Flows);
    }

    private static string Text(PhysicalAddress mac) => SyntheticNetwork.ToMac(mac).ToString();
}
