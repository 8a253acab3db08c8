using System.Buffers.Binary;

namespace FastLb.Bfd;

/// <summary>
/// A control packet without authentication (RFC 5880 section 4.1), without its UDP header. <see cref="BfdPacketCheck"/> makes one out of bytes, <see cref="Write"/> makes
/// the bytes to send. Intervals are whole microseconds from 0 to 4,294,967,295 on the wire, big-endian like all of it.
/// </summary>
/// <param name="State">Sta: the sender's state.</param>
/// <param name="MyDiscriminator">The sender's number of the session; never 0 in a valid packet.</param>
/// <param name="YourDiscriminator">The receiver's number of the session as the sender knows it; 0 while it doesn't.</param>
public readonly record struct BfdControlPacket(BfdState State, uint MyDiscriminator, uint YourDiscriminator)
{
    /// <summary>Octets of a packet without authentication.</summary>
    public const int Length = 24;

    /// <summary>The longest interval that fits the wire.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromMicroseconds(uint.MaxValue);

    internal const byte ProtocolVersion = 1;

    /// <summary>Diag: why the sender's state changed last.</summary>
    public BfdDiagnostic Diagnostic { get; init; }

    /// <summary>Detect Mult: how many packets in a row may be lost until the receiver gives the sender up; never 0 in a valid packet.</summary>
    public byte DetectMultiplier { get; init; }

    /// <summary>Desired Min TX Interval: the sender would send no faster.</summary>
    public TimeSpan DesiredMinTransmit { get; init; }

    /// <summary>Required Min RX Interval: the sender can receive no faster; zero when it wants no periodic packets at all.</summary>
    public TimeSpan RequiredMinReceive { get; init; }

    /// <summary>P: the sender wants an answer with <see cref="IsFinal"/>.</summary>
    public bool IsPoll { get; init; }

    /// <summary>F: this is the answer to a poll.</summary>
    public bool IsFinal { get; init; }

    /// <summary>D: the sender wants no periodic packets while both ends are up (RFC 5880 section 6.6).</summary>
    public bool IsDemand { get; init; }

    /// <summary>A: an authentication section follows. Such packets can't be written.</summary>
    public bool HasAuthentication { get; init; }

    /// <summary>
    /// Writes a packet of <see cref="Length"/> octets. Never set are C, since this end's control plane sends and forwards, A and M; there is no echo function, which Required
    /// Min Echo RX Interval says by 0.
    /// </summary>
    public void Write(Span<byte> bytes)
    {
        if (HasAuthentication)
            throw new InvalidOperationException("there is no authentication to write");
        bytes[Offset.Diagnostic] = (byte)((ProtocolVersion << 5) | ((byte)Diagnostic & Mask.Diagnostic));
        bytes[Offset.Flags] = (byte)(((byte)State << 6) | (IsPoll ? Flag.Poll : 0) | (IsFinal ? Flag.Final : 0) | (IsDemand ? Flag.Demand : 0));
        bytes[Offset.DetectMultiplier] = DetectMultiplier;
        bytes[Offset.Length] = Length;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Offset.MyDiscriminator..], MyDiscriminator);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Offset.YourDiscriminator..], YourDiscriminator);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Offset.DesiredMinTransmit..], Microseconds(DesiredMinTransmit));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Offset.RequiredMinReceive..], Microseconds(RequiredMinReceive));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Offset.RequiredMinEchoReceive..], 0);
    }

    /// <summary>Reads at least <see cref="Length"/> octets whose version and lengths have been checked.</summary>
    internal static BfdControlPacket Read(ReadOnlySpan<byte> bytes) => new(
        (BfdState)(bytes[Offset.Flags] >> 6),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[Offset.MyDiscriminator..]),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[Offset.YourDiscriminator..]))
    {
        Diagnostic = (BfdDiagnostic)(bytes[Offset.Diagnostic] & Mask.Diagnostic),
        DetectMultiplier = bytes[Offset.DetectMultiplier],
        DesiredMinTransmit = Interval(bytes[Offset.DesiredMinTransmit..]),
        RequiredMinReceive = Interval(bytes[Offset.RequiredMinReceive..]),
        IsPoll = (bytes[Offset.Flags] & Flag.Poll) != 0,
        IsFinal = (bytes[Offset.Flags] & Flag.Final) != 0,
        IsDemand = (bytes[Offset.Flags] & Flag.Demand) != 0,
        HasAuthentication = (bytes[Offset.Flags] & Flag.Authentication) != 0,
    };

    private static uint Microseconds(TimeSpan interval) => (uint)(interval.Ticks / TimeSpan.TicksPerMicrosecond);

    private static TimeSpan Interval(ReadOnlySpan<byte> bytes) => TimeSpan.FromTicks(BinaryPrimitives.ReadUInt32BigEndian(bytes) * TimeSpan.TicksPerMicrosecond);

    /// <summary>Where the fields are, in octets.</summary>
    internal static class Offset
    {
        public const int Diagnostic = 0;
        public const int Flags = 1;
        public const int DetectMultiplier = 2;
        public const int Length = 3;
        public const int MyDiscriminator = 4;
        public const int YourDiscriminator = 8;
        public const int DesiredMinTransmit = 12;
        public const int RequiredMinReceive = 16;
        public const int RequiredMinEchoReceive = 20;
    }

    /// <summary>The bits beside the state.</summary>
    internal static class Flag
    {
        public const int Poll = 0x20;
        public const int Final = 0x10;
        public const int Authentication = 0x04;
        public const int Demand = 0x02;
        public const int Multipoint = 0x01;
    }

    private static class Mask
    {
        public const int Diagnostic = 0x1F;
    }
}
