using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastLb.Native.Captures;

/// <summary>
/// Reads the Ethernet frames of a pcap or pcapng file, of either byte order, with times in micro- or nanoseconds. Needs no privilege. One thread.
/// </summary>
public sealed unsafe class CaptureReader : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>No frame is longer, captured or on the wire: libpcap's own limit for Ethernet.</summary>
    public const int LongestFrame = 262144;

    private const long NanosecondsPerSecond = 1_000_000_000;
    private readonly string _path;

    private CaptureReader(nint capture, string path)
        : base(ownsHandle: true)
    {
        _path = path;
        SetHandle(capture);
    }

    /// <summary>Frames read so far.</summary>
    public long Frames { get; private set; }

    /// <summary>Opens a capture.</summary>
    /// <exception cref="CaptureException">It can't be read, is no capture, or one of something else than Ethernet; or libpcap is not installed.</exception>
    public static CaptureReader Open(string path)
    {
        if (Directory.Exists(path))
            throw new CaptureException(path, "it is a directory");
        if (!File.Exists(path))
            throw new CaptureException(path, "there is no such file");
        if (new FileInfo(path).Length == 0)
            throw new CaptureException(path, "it is empty: not even a capture's header is in it");
        try
        {
            return OpenFile(path);
        }
        catch (DllNotFoundException fault)
        {
            throw new CaptureException(path, $"can't be read without libpcap ({LibPcap.Library}); install it (Debian: apt install libpcap0.8)", fault);
        }
    }

    /// <summary>Reads the next frame; false at the end.</summary>
    /// <exception cref="CaptureException">The file is damaged from here on; all frames before have been read.</exception>
    public bool TryRead(out CapturedFrame frame)
    {
        frame = default;
        int result = LibPcap.pcap_next_ex(handle, out LibPcap.PacketHeader* header, out byte* data);
        if (result == LibPcap.PCAP_ERROR_BREAK)
            return false;
        if (result < 0)
            throw new CaptureException(_path, $"damaged after frame {Frames}: {Text(LibPcap.pcap_geterr(handle))}");
        Frames++;
        int captured = (int)Math.Min(header->CapturedLength, LongestFrame);
        frame = new CapturedFrame
        {
            // The formats have no times before 1970; a damaged file may.
            Time = (Math.Clamp(header->Seconds, 0, uint.MaxValue) * NanosecondsPerSecond) + Math.Clamp(header->Fraction, 0, NanosecondsPerSecond - 1),
            Bytes = new ReadOnlySpan<byte>(data, captured),
            Length = (int)Math.Clamp(header->Length, (uint)captured, LongestFrame),
        };
        return true;
    }

    protected override bool ReleaseHandle()
    {
        LibPcap.pcap_close(handle);
        return true;
    }

    private static CaptureReader OpenFile(string path)
    {
        byte* errors = stackalloc byte[LibPcap.PCAP_ERRBUF_SIZE];
        errors[0] = 0;
        nint capture = LibPcap.pcap_open_offline_with_tstamp_precision(path, LibPcap.PCAP_TSTAMP_PRECISION_NANO, errors);
        if (capture == 0)
        {
            string fault = Text(errors);
            throw new CaptureException(path, fault.StartsWith(path, StringComparison.Ordinal) ? fault[path.Length..].TrimStart(':', ' ') : fault);
        }

        var reader = new CaptureReader(capture, path);
        int linkType = LibPcap.pcap_datalink(capture);
        if (linkType == LibPcap.DLT_EN10MB)
            return reader;
        reader.Dispose();
        string name = LibPcap.pcap_datalink_val_to_name(linkType) is var known && known != null ? Text(known) : $"link type {linkType}";
        throw new CaptureException(path, $"holds {name}, not Ethernet (EN10MB); capture on an Ethernet interface, not on 'any'");
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;
}
