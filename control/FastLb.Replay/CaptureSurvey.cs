using System.Net.NetworkInformation;
using FastLb.Native.Bpf;
using FastLb.Native.Captures;
using FastLb.Wire;

namespace FastLb.Replay;

/// <summary>A first reading of a capture, for who the director is in it.</summary>
/// <param name="Macs">The Ethernet addresses that frames to virtual services go to, in the order of their first frames; no more than a few.</param>
internal sealed record CaptureSurvey(IReadOnlyList<PhysicalAddress> Macs)
{
    private const int MostMacs = 16;

    /// <summary>Reads it as far as it can be read; the second reading tells of damage.</summary>
    /// <exception cref="CaptureException">It is no capture.</exception>
    public static CaptureSurvey Read(string path, ReplayOptions options)
    {
        SteeringReplica steering = ReplayDirector.SteeringOf(options, ReplayDirector.ServicesOf(options), []);
        List<MacAddress> macs = [];
        using CaptureReader capture = CaptureReader.Open(path);
        while (macs.Count < MostMacs && TryRead(capture, out CapturedFrame frame))
        {
            if (frame.Bytes.Length < EthernetView.HeaderLength || steering.ClassifyAsOwn(frame.Bytes, frame.Length) != SteeringOutcome.Steered)
                continue;
            MacAddress destination = MacAddress.Read(frame.Bytes);
            if (!destination.IsMulticast && !macs.Contains(destination))
                macs.Add(destination);
        }

        return new CaptureSurvey([.. macs.Select(SyntheticNetwork.ToPhysical)]);
    }

    private static bool TryRead(CaptureReader capture, out CapturedFrame frame)
    {
        try
        {
            return capture.TryRead(out frame);
        }
        catch (CaptureException)
        {
            frame = default;
            return false;
        }
    }
}
