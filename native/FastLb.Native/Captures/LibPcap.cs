using System.Runtime.InteropServices;

namespace FastLb.Native.Captures;

/// <summary>The functions of libpcap that FastLb uses, with their C names (pcap(3pcap)): those that read files, none of which needs a privilege.</summary>
internal static unsafe partial class LibPcap
{
    public const string Library = "libpcap.so.0.8";

    public const int PCAP_ERRBUF_SIZE = 256;
    public const uint PCAP_TSTAMP_PRECISION_NANO = 1;
    public const int PCAP_ERROR_BREAK = -2;
    public const int DLT_EN10MB = 1;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint pcap_open_offline_with_tstamp_precision(string path, uint precision, byte* errors);

    [LibraryImport(Library)]
    internal static partial void pcap_close(nint capture);

    [LibraryImport(Library)]
    internal static partial int pcap_datalink(nint capture);

    [LibraryImport(Library)]
    internal static partial byte* pcap_datalink_val_to_name(int linkType);

    [LibraryImport(Library)]
    internal static partial int pcap_next_ex(nint capture, out PacketHeader* header, out byte* data);

    [LibraryImport(Library)]
    internal static partial byte* pcap_geterr(nint capture);

    /// <summary><c>struct pcap_pkthdr</c>; the second part of the time is nanoseconds in a capture that was opened so.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PacketHeader
    {
        public nint Seconds;
        public nint Fraction;
        public uint CapturedLength;
        public uint Length;
    }
}
