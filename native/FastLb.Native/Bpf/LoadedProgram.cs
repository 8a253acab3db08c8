using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace FastLb.Native.Bpf;

/// <summary>A program that is in the kernel already, found by its id, and its maps by their names.</summary>
internal static unsafe class LoadedProgram
{
    /// <summary>The program of that id; null when there is none any more.</summary>
    /// <exception cref="SystemCallException">libbpf is missing, or this process may not look at programs.</exception>
    public static BpfDescriptor? TryOpen(uint id)
    {
        using LibBpfLog log = BpfObject.OpenLibrary();
        int descriptor = LibBpf.bpf_prog_get_fd_by_id(id);
        if (descriptor >= 0)
            return new BpfDescriptor(descriptor);
        return descriptor == -(int)Errno.ENOENT ? null : throw BpfObject.Failure("open", Describe(id), descriptor, log);
    }

    /// <summary>Descriptors of the program's maps by name, which the caller owns.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static Dictionary<string, BpfDescriptor> OpenMaps(BpfDescriptor program)
    {
        const int MostMaps = 64; // MAX_USED_MAPS of the kernel's verifier
        uint* ids = stackalloc uint[MostMaps];
        ProgramInfo info = new() { MapCount = MostMaps, MapIds = (ulong)ids };
        uint length = (uint)Unsafe.SizeOf<ProgramInfo>();
        Check(LibBpf.bpf_obj_get_info_by_fd(program, &info, ref length), "describe", "a BPF program");

        Dictionary<string, BpfDescriptor> maps = new(StringComparer.Ordinal);
        for (int index = 0; index < info.MapCount; index++)
        {
            int descriptor = LibBpf.bpf_map_get_fd_by_id(ids[index]);
            Check(descriptor, "open", $"BPF map {ids[index].ToString(CultureInfo.InvariantCulture)}");
            BpfDescriptor map = new(descriptor);
            maps.Add(NameOf(map), map);
        }

        return maps;
    }

    private static string NameOf(BpfDescriptor map)
    {
        MapInfo info = default;
        uint length = (uint)Unsafe.SizeOf<MapInfo>();
        Check(LibBpf.bpf_obj_get_info_by_fd(map, &info, ref length), "describe", "a BPF map");
        ReadOnlySpan<byte> name = info.Name;
        return Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
    }

    private static string Describe(uint id) => $"BPF program {id.ToString(CultureInfo.InvariantCulture)}";

    private static void Check(int result, string call, string target)
    {
        if (result < 0)
            throw new SystemCallException(call, target, (Errno)(-result), result == -(int)Errno.EPERM ? "needs CAP_BPF, or root" : null);
    }
}
