namespace FastLb.PacketIO;

/// <summary>
/// Where the chunks of one or all workers are, in chunks. Exact when nothing moves; a moment's picture otherwise. At a quiet point it must balance: a chunk that is
/// nowhere would be missing for ever.
/// </summary>
public readonly record struct FrameAccount
{
    /// <summary>All chunks there are.</summary>
    public required long Total { get; init; }

    /// <summary>Free, in the pool.</summary>
    public required long Free { get; init; }

    /// <summary>With the kernel, to receive into.</summary>
    public required long InFillRings { get; init; }

    /// <summary>Received, not taken yet.</summary>
    public required long InReceiveRings { get; init; }

    /// <summary>To be sent, not taken by the kernel yet.</summary>
    public required long InTransmitRings { get; init; }

    /// <summary>Sent, not taken back yet.</summary>
    public required long InCompletionRings { get; init; }

    /// <summary>With the kernel or the device between two rings: frames on their way out that the other end has not taken, or descriptors refused.</summary>
    public required long InFlight { get; init; }

    /// <summary>Held by the caller, such as frames that wait for a neighbour.</summary>
    public required long Held { get; init; }

    /// <summary>
    /// Passed on from worker to worker and not taken yet. Of one worker: what left it less what came to it, which may be below 0; the sum over all is what
    /// is in the rings.
    /// </summary>
    public required long BetweenWorkers { get; init; }

    /// <summary>Chunks that are nowhere; below 0 when some were given back twice. Of one worker exact on its thread, whatever the others do.</summary>
    public long Lost => Total - Free - InFillRings - InReceiveRings - InTransmitRings - InCompletionRings - InFlight - Held - BetweenWorkers;

    /// <summary>True when every chunk is in a known place and none is between two rings.</summary>
    public bool IsBalanced => Lost == 0 && InFlight == 0;

    /// <summary>The chunks of the workers that both tell of.</summary>
    public static FrameAccount operator +(in FrameAccount left, in FrameAccount right) => new()
    {
        Total = left.Total + right.Total,
        Free = left.Free + right.Free,
        InFillRings = left.InFillRings + right.InFillRings,
        InReceiveRings = left.InReceiveRings + right.InReceiveRings,
        InTransmitRings = left.InTransmitRings + right.InTransmitRings,
        InCompletionRings = left.InCompletionRings + right.InCompletionRings,
        InFlight = left.InFlight + right.InFlight,
        Held = left.Held + right.Held,
        BetweenWorkers = left.BetweenWorkers + right.BetweenWorkers,
    };

    public override string ToString() =>
        $"{Total} chunks = {Free} free + {InFillRings} fill + {InReceiveRings} receive + {InTransmitRings} transmit + {InCompletionRings} completion"
        + $" + {InFlight} in flight + {Held} held + {BetweenWorkers} between workers + {Lost} lost";
}
