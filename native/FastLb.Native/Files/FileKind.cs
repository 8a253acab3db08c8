using System.Text;
using Tmds.Linux;

namespace FastLb.Native.Files;

/// <summary>What a path leads to.</summary>
public static unsafe class FileKind
{
    private const uint KindBits = 0xF000, Fifo = 0x1000; // S_IFMT and S_IFIFO of linux/stat.h

    /// <summary>True when there is a FIFO at the path or at the end of the link there.</summary>
    public static bool IsFifo(string path)
    {
        stat status;
        int result;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
            result = LibC.stat(bytes, &status);
        return result == 0 && ((uint)status.st_mode & KindBits) == Fifo;
    }
}
