using System.Runtime.InteropServices;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>The test's XDP program on one interface; made, attached and disposed of on threads in the interface's namespace.</summary>
internal sealed partial class RedirectProgram : IDisposable
{
    private const string Library = "libbpf.so.1";
    private const uint DriverMode = 1 << 2; // XDP_FLAGS_DRV_MODE
    private const uint GenericMode = 1 << 1; // XDP_FLAGS_SKB_MODE

    private readonly nint _object;
    private readonly int _interfaceIndex;
    private readonly uint _mode;

    public RedirectProgram(int interfaceIndex, bool generic)
    {
        _interfaceIndex = interfaceIndex;
        _mode = generic ? GenericMode : DriverMode;
        _object = bpf_object__open_file(Path.Combine(AppContext.BaseDirectory, "redirect.bpf.o"), 0);
        Check(_object == 0 ? -Marshal.GetLastPInvokeError() : 0, "open");
        Check(bpf_object__load(_object), "load");
        nint program = bpf_object__find_program_by_name(_object, "redirect");
        Check(bpf_xdp_attach(interfaceIndex, bpf_program__fd(program), _mode, 0), "attach");
    }

    /// <summary>Has frames of a queue go to a socket.</summary>
    public void Connect(int queue, int socket) =>
        Check(bpf_map_update_elem(bpf_object__find_map_fd_by_name(_object, "sockets"), in queue, in socket, 0), "fill the map of");

    public void Dispose()
    {
        _ = bpf_xdp_detach(_interfaceIndex, _mode, 0); // fails when a test has removed the interface
        bpf_object__close(_object);
    }

    private static void Check(int result, string action)
    {
        if (result < 0)
            throw new InvalidOperationException($"cannot {action} the redirect program: error {-result}");
    }

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint bpf_object__open_file(string path, nint options);

    [LibraryImport(Library)]
    private static partial int bpf_object__load(nint bpfObject);

    [LibraryImport(Library)]
    private static partial void bpf_object__close(nint bpfObject);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint bpf_object__find_program_by_name(nint bpfObject, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int bpf_object__find_map_fd_by_name(nint bpfObject, string name);

    [LibraryImport(Library)]
    private static partial int bpf_program__fd(nint program);

    [LibraryImport(Library)]
    private static partial int bpf_map_update_elem(int map, in int key, in int value, ulong flags);

    [LibraryImport(Library)]
    private static partial int bpf_xdp_attach(int interfaceIndex, int program, uint flags, nint options);

    [LibraryImport(Library)]
    private static partial int bpf_xdp_detach(int interfaceIndex, uint flags, nint options);
}
