using System.Buffers.Binary;

namespace FastLb.Replay.Tests;

/// <summary>Captures as other programs write them.</summary>
internal static class CaptureFiles
{
    public const long Start = 1_700_000_000_000_000_000;
    public const long Step = 10_000_000;

    /// <summary>A pcap file with times in nanoseconds.</summary>
    public static byte[] Pcap(params IEnumerable<byte[]> frames) => Pcap(frames.Select((frame, number) => (Start + (number * Step), frame, frame.Length)));

    /// <summary>A pcap file.</summary>
    /// <param name="frames">Time in nanoseconds, bytes, length on the wire.</param>
    /// <param name="nanoseconds">Whether times are in nanoseconds.</param>
    /// <param name="bigEndian">The byte order of the machine that it was written on.</param>
    /// <param name="linkType">As of libpcap's list.</param>
    public static byte[] Pcap(IEnumerable<(long Time, byte[] Bytes, int Length)> frames, bool nanoseconds = true, bool bigEndian = false, uint linkType = 1)
    {
        var file = new List<byte>();
        file.AddRange([.. Word(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4, bigEndian), .. HalfWord(2, bigEndian), .. HalfWord(4, bigEndian)]);
        file.AddRange([.. Word(0, bigEndian), .. Word(0, bigEndian), .. Word(262144, bigEndian), .. Word(linkType, bigEndian)]);
        foreach ((long time, byte[] bytes, int length) in frames)
        {
            file.AddRange([.. Word((uint)(time / 1_000_000_000), bigEndian), .. Word((uint)(time % 1_000_000_000 / (nanoseconds ? 1 : 1000)), bigEndian)]);
            file.AddRange([.. Word((uint)bytes.Length, bigEndian), .. Word((uint)length, bigEndian), .. bytes]);
        }

        return [.. file];
    }

    /// <summary>A pcapng file whose frames come from several interfaces in turn, with times in microseconds.</summary>
    public static byte[] Pcapng(int interfaces, IReadOnlyList<byte[]> frames, bool bigEndian = false)
    {
        var file = new List<byte>();
        file.AddRange(Block(0x0A0D0D0A, [.. Word(0x1A2B3C4D, bigEndian), .. HalfWord(1, bigEndian), .. HalfWord(0, bigEndian), .. Word(uint.MaxValue, bigEndian), .. Word(uint.MaxValue, bigEndian)], bigEndian));
        for (int number = 0; number < interfaces; number++)
            file.AddRange(Block(1, [.. HalfWord(1, bigEndian), .. HalfWord(0, bigEndian), .. Word(262144, bigEndian)], bigEndian));
        for (int number = 0; number < frames.Count; number++)
        {
            ulong time = (ulong)(Start + (number * Step)) / 1000;
            byte[] padded = [.. frames[number], .. new byte[-frames[number].Length & 3]];
            file.AddRange(Block(
                6,
                [
                    .. Word((uint)(number % interfaces), bigEndian), .. Word((uint)(time >> 32), bigEndian), .. Word((uint)time, bigEndian),
                    .. Word((uint)frames[number].Length, bigEndian), .. Word((uint)frames[number].Length, bigEndian), .. padded,
                ],
                bigEndian));
        }

        return [.. file];
    }

    private static byte[] Block(uint type, byte[] body, bool bigEndian) =>
        [.. Word(type, bigEndian), .. Word((uint)body.Length + 12, bigEndian), .. body, .. Word((uint)body.Length + 12, bigEndian)];

    private static byte[] Word(uint value, bool bigEndian)
    {
        byte[] bytes = new byte[4];
        if (bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] HalfWord(ushort value, bool bigEndian) => bigEndian ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)];
}
