namespace FastLb.Configuration.Model.Checks;

/// <summary>Passes when a datagram is not answered with an ICMP error or, if a reply is required, when one comes in time (<c>UDP_CHECK</c>).</summary>
public sealed record UdpCheck : NetworkCheck
{
    /// <summary>What is sent; empty for random bytes.</summary>
    public ValueList<byte> Payload { get; init; } = [];

    /// <summary>True when there must be a reply.</summary>
    public bool RequiresReply { get; init; }

    /// <summary>What the reply must begin with, as far as it is that long; empty for anything.</summary>
    public ValueList<PatternByte> ReplyPattern { get; init; } = [];

    /// <summary>The least length of the reply in bytes.</summary>
    public ushort MinimumReplyLength { get; init; }

    /// <summary>The greatest length of the reply in bytes.</summary>
    public ushort MaximumReplyLength { get; init; } = 255;
}

/// <summary>A byte of which only some bits count.</summary>
/// <param name="Value">Its bits; 0 where they do not count.</param>
/// <param name="Mask">The bits that count: those of both hexadecimal digits, of one or of none.</param>
public readonly record struct PatternByte(byte Value, byte Mask);
