using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FastLb.Native.Bpf;

/// <summary>
/// Collects what libbpf would print to standard error while this thread works with it, the verifier's log of a refused program above all. One collector
/// per thread at a time.
/// </summary>
internal sealed unsafe partial class LibBpfLog : IDisposable
{
    private const int Debug = 2; // enum libbpf_print_level
    private const int LongestMessage = 1 << 20; // a refused program's log comes as one message

    [ThreadStatic]
    private static StringBuilder? _current;

    static LibBpfLog() => LibBpf.libbpf_set_print(&Print);

    private LibBpfLog() => _current = new StringBuilder();

    /// <summary>Begins to collect on this thread.</summary>
    public static LibBpfLog Capture() => new();

    /// <summary>What was logged so far, without libbpf's debug messages.</summary>
    public override string ToString() => _current?.ToString().TrimEnd() ?? "";

    public void Dispose() => _current = null;

    // va_list is passed by reference by the calling conventions of both x64 (an array type) and arm64 (a structure above 16 bytes).
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Print(int level, byte* format, nint arguments)
    {
        StringBuilder? log = _current;
        if (log is null || level >= Debug)
            return 0;

        byte* text = (byte*)NativeMemory.Alloc(LongestMessage);
        int length = vsnprintf(text, LongestMessage, format, arguments);
        if (length > 0)
            log.Append(Encoding.UTF8.GetString(text, Math.Min(length, LongestMessage - 1)));
        NativeMemory.Free(text);
        return 0;
    }

    [LibraryImport("libc")]
    private static partial int vsnprintf(byte* text, nuint size, byte* format, nint arguments);
}
