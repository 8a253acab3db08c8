using System.Runtime.InteropServices;

namespace FastLb.Native.Bpf;

/// <summary>
/// The functions of libbpf 1.x that FastLb uses, with their C names. Those returning <c>int</c> give a negative <see cref="Errno"/> on failure; those
/// returning a pointer give null and set <c>errno</c>.
/// </summary>
internal static unsafe partial class LibBpf
{
    private const string Library = "libbpf.so.1";

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint bpf_object__open_mem(void* elf, nuint elfSize, void* options);

    [LibraryImport(Library)]
    internal static partial int bpf_object__load(nint bpfObject);

    [LibraryImport(Library)]
    internal static partial void bpf_object__close(nint bpfObject);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint bpf_object__find_program_by_name(nint bpfObject, string name);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint bpf_object__find_map_by_name(nint bpfObject, string name);

    [LibraryImport(Library)]
    internal static partial int bpf_program__fd(nint program);

    [LibraryImport(Library)]
    internal static partial int bpf_map__fd(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__reuse_fd(nint map, BpfDescriptor descriptor);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_max_entries(nint map, uint entries);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_map_create(
        int type, string name, uint keySize, uint valueSize, uint maxEntries, in MapCreateOptions options);

    [LibraryImport(Library)]
    internal static partial int bpf_map_update_elem(BpfDescriptor map, void* key, void* value, ulong flags);

    [LibraryImport(Library)]
    internal static partial int bpf_map_lookup_elem(BpfDescriptor map, void* key, void* value);

    [LibraryImport(Library)]
    internal static partial int bpf_map_delete_elem(BpfDescriptor map, void* key);

    [LibraryImport(Library)]
    internal static partial int bpf_map_get_next_key(BpfDescriptor map, void* key, void* nextKey);

    [LibraryImport(Library)]
    internal static partial int bpf_link_create(BpfDescriptor program, int target, int attachType, in LinkCreateOptions options);

    [LibraryImport(Library)]
    internal static partial int bpf_link_detach(BpfDescriptor link);

    [LibraryImport(Library)]
    internal static partial int bpf_link_get_next_id(uint startId, out uint nextId);

    [LibraryImport(Library)]
    internal static partial int bpf_link_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    internal static partial int bpf_prog_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    internal static partial int bpf_map_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    internal static partial int bpf_obj_get_info_by_fd(BpfDescriptor descriptor, void* info, ref uint infoLength);

    [LibraryImport(Library)]
    internal static partial int bpf_xdp_query(int interfaceIndex, int flags, ref XdpQueryOptions options);

    [LibraryImport(Library)]
    internal static partial int bpf_tc_hook_create(ref TcHook hook);

    [LibraryImport(Library)]
    internal static partial int bpf_tc_attach(in TcHook hook, ref TcOptions options);

    [LibraryImport(Library)]
    internal static partial int libbpf_num_possible_cpus();

    [LibraryImport(Library)]
    internal static partial nint libbpf_set_print(delegate* unmanaged[Cdecl]<int, byte*, nint, int> print);
}
