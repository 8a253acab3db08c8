using System.Buffers.Binary;
using System.Text;

namespace FastLb.Replay.Captures;

/// <summary>
/// Writes Ethernet frames to a capture: pcapng, where each frame can have a comment, or the older pcap; either with times in nanoseconds, in little-endian order. libpcap
/// writes the older form only. One thread.
/// </summary>
public sealed class CaptureWriter : IDisposable
{
    private const ushort Ethernet = 1;
    private const int LongestFrame = 262144;
    private readonly Stream _file;
    private readonly bool _isPcapng;

    private CaptureWriter(Stream file, bool isPcapng)
    {
        _file = file;
        _isPcapng = isPcapng;
    }

    /// <summary>Frames written.</summary>
    public long Frames { get; private set; }

    /// <summary>Makes a file, in place of one that is there. One whose name ends with <c>.pcap</c> gets the older form.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static CaptureWriter Create(string path)
    {
        var writer = new CaptureWriter(
            new BufferedStream(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read)), !path.EndsWith(".pcap", StringComparison.OrdinalIgnoreCase));
        writer.WriteHeader();
        return writer;
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="frame">What there is of it.</param>
    /// <param name="length">Its whole length.</param>
    /// <param name="comment">Stands with it in pcapng.</param>
    public void Write(long time, ReadOnlySpan<byte> frame, int length, string comment)
    {
        Frames++;
        if (_isPcapng)
        {
            // Enhanced packet block (draft-ietf-opsawg-pcapng §4.3): interface 0, time in units of if_tsresol in two words, lengths, data, options.
            byte[] text = Encoding.UTF8.GetBytes(comment);
            WriteBlock(6, [.. Word(0), .. Word((uint)(time >> 32)), .. Word((uint)time), .. Word((uint)frame.Length), .. Word((uint)length), .. Padded(frame), .. Option(1, text), .. Option(0, [])]);
            return;
        }

        (long seconds, long nanoseconds) = Math.DivRem(time, 1_000_000_000);
        _file.Write([.. Word((uint)seconds), .. Word((uint)nanoseconds), .. Word((uint)frame.Length), .. Word((uint)length)]);
        _file.Write(frame);
    }

    public void Dispose() => _file.Dispose();

    private void WriteHeader()
    {
        if (!_isPcapng)
        {
            _file.Write([.. Word(0xA1B23C4D), .. HalfWord(2), .. HalfWord(4), .. Word(0), .. Word(0), .. Word(LongestFrame), .. Word(Ethernet)]);
            return;
        }

        // Section header block (§4.1) of unknown length, and an interface description block (§4.2) whose if_tsresol says nanoseconds.
        WriteBlock(0x0A0D0D0A, [.. Word(0x1A2B3C4D), .. HalfWord(1), .. HalfWord(0), .. Word(uint.MaxValue), .. Word(uint.MaxValue), .. Option(4, "fastlb replay"u8), .. Option(0, [])]);
        WriteBlock(1, [.. HalfWord(Ethernet), .. HalfWord(0), .. Word(LongestFrame), .. Option(9, [9]), .. Option(0, [])]);
    }

    private void WriteBlock(uint type, ReadOnlySpan<byte> body)
    {
        uint length = (uint)body.Length + 12;
        _file.Write(Word(type));
        _file.Write(Word(length));
        _file.Write(body);
        _file.Write(Word(length));
    }

    private static byte[] Option(ushort code, ReadOnlySpan<byte> value) => [.. HalfWord(code), .. HalfWord((ushort)value.Length), .. Padded(value)];

    private static byte[] Padded(ReadOnlySpan<byte> bytes)
    {
        byte[] padded = new byte[(bytes.Length + 3) & ~3];
        bytes.CopyTo(padded);
        return padded;
    }

    private static byte[] Word(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] HalfWord(ushort value)
    {
        byte[] bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }
}
