using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLb.Native.Bpf;

/// <summary>
/// <c>struct bpf_map_create_opts</c> up to <c>map_flags</c>. Like all option structures of libbpf it carries its own size, so that a shorter one is
/// valid.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapCreateOptions
{
    public nuint Size;
    public uint BtfDescriptor;
    public uint BtfKeyTypeId;
    public uint BtfValueTypeId;
    public uint BtfVmlinuxValueTypeId;
    public uint InnerMapDescriptor;
    public uint MapFlags;
}

/// <summary><c>struct bpf_link_create_opts</c> up to <c>target_btf_id</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkCreateOptions
{
    public nuint Size;
    public uint Flags;
    public nint IteratorInfo;
    public uint IteratorInfoLength;
    public uint TargetBtfId;
}

/// <summary><c>struct bpf_xdp_query_opts</c>: ids of the programs on an interface, 0 for none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct XdpQueryOptions
{
    public nuint Size;
    public uint ProgramId;
    public uint DriverProgramId;
    public uint HardwareProgramId;
    public uint GenericProgramId;
    public ulong AttachMode; // a byte and its padding
}

/// <summary><c>struct bpf_tc_hook</c>: the clsact queueing discipline of an interface.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcHook
{
    public nuint Size;
    public int InterfaceIndex;
    public int AttachPoint;
    public uint Parent;
    private readonly uint _padding;
}

/// <summary><c>struct bpf_tc_opts</c>: a program as a classifier.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcOptions
{
    public nuint Size;
    public int Program;
    public uint Flags;
    public uint ProgramId;
    public uint Handle;
    public uint Priority;
    private readonly uint _padding;
}

/// <summary><c>struct bpf_link_info</c> as far as an XDP link fills it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct XdpLinkInfo
{
    public uint Type;
    public uint Id;
    public uint ProgramId;
    private readonly uint _padding;
    public uint InterfaceIndex;
}

/// <summary><c>struct bpf_prog_info</c> up to <c>map_ids</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProgramInfo
{
    public uint Type;
    public uint Id;
    public ulong Tag;
    public uint CompiledLength;
    public uint TranslatedLength;
    public ulong CompiledInstructions;
    public ulong TranslatedInstructions;
    public ulong LoadTime;
    public uint CreatorUserId;

    /// <summary>In: room for so many ids. Out: how many maps the program has.</summary>
    public uint MapCount;

    /// <summary>Where the kernel writes the ids of the program's maps.</summary>
    public ulong MapIds;
}

/// <summary><c>struct bpf_map_info</c> up to <c>name</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapInfo
{
    public uint Type;
    public uint Id;
    public uint KeySize;
    public uint ValueSize;
    public uint MaxEntries;
    public uint Flags;
    public ObjectName Name;

    /// <summary>BPF_OBJ_NAME_LEN bytes with the terminating zero.</summary>
    [InlineArray(16)]
    internal struct ObjectName
    {
        private byte _first;
    }
}

/// <summary>Constants of <c>linux/bpf.h</c> and <c>linux/if_link.h</c>.</summary>
internal static class BpfConstants
{
    public const int BPF_MAP_TYPE_HASH = 1;
    public const int BPF_MAP_TYPE_ARRAY = 2;
    public const uint BPF_F_NO_PREALLOC = 1;
    public const ulong BPF_ANY = 0;
    public const int BPF_XDP = 37;
    public const int BPF_TC_INGRESS = 1;

    /// <summary>Of <c>enum bpf_attach_type</c>, Linux 6.6; older headers don't have it.</summary>
    public const int BPF_TCX_INGRESS = 46;

    public const uint BPF_LINK_TYPE_XDP = 6;
    public const uint XDP_FLAGS_SKB_MODE = 1 << 1;
    public const uint XDP_FLAGS_DRV_MODE = 1 << 2;
}
