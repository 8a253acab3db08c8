using System.Reflection;

namespace FastLb.Native.Bpf;

/// <summary>
/// An embedded BPF object while libbpf loads it. What came of it is taken out as descriptors of their own, so that nothing of libbpf's remains
/// afterwards. Order of use: <see cref="Open"/>, what is to be set of the maps, <see cref="Load"/>, then the descriptors.
/// </summary>
internal sealed unsafe class BpfObject : IDisposable
{
    private readonly byte[] _elf; // libbpf refers to the image until the object is loaded
    private readonly string _description;
    private readonly nint _object;

    private BpfObject(byte[] elf, string description, nint bpfObject)
    {
        _elf = elf;
        _description = description;
        _object = bpfObject;
    }

    /// <summary>Begins to collect libbpf's messages, and with that loads the library.</summary>
    /// <exception cref="SystemCallException">libbpf isn't installed.</exception>
    public static LibBpfLog OpenLibrary()
    {
        try
        {
            return LibBpfLog.Capture();
        }
        catch (TypeInitializationException fault) when (fault.InnerException is DllNotFoundException)
        {
            throw new SystemCallException("load", "libbpf.so.1", Errno.ENOENT, "install libbpf (Debian: libbpf1)", fault);
        }
    }

    /// <summary>Reads an object that the build has embedded.</summary>
    /// <param name="resource">Its name: that of the source, ending in <c>.o</c>.</param>
    /// <param name="description">What it is, for messages: <c>the steering program</c>.</param>
    /// <exception cref="SystemCallException">libbpf is missing or can't read it.</exception>
    public static BpfObject Open(string resource, string description)
    {
        using LibBpfLog log = OpenLibrary();
        byte[] elf = ReadResource(resource);
        fixed (byte* bytes = elf) // pinned for good
        {
            nint bpfObject = LibBpf.bpf_object__open_mem(bytes, (nuint)elf.Length, null);
            return bpfObject != 0
                ? new BpfObject(elf, description, bpfObject)
                : throw Failure("open", description, -(int)SystemCallException.LastImportErrno, log);
        }
    }

    /// <summary>The error of a libbpf call that returned <paramref name="result"/>, with what it logged.</summary>
    public static SystemCallException Failure(string call, string target, int result, LibBpfLog log)
    {
        Errno errno = (Errno)(-result);
        string? advice = errno switch
        {
            Errno.EPERM or Errno.EACCES => "needs CAP_BPF and CAP_NET_ADMIN, or root",
            Errno.ENOSYS => "the kernel is built without BPF (CONFIG_BPF_SYSCALL)",
            _ => null,
        };
        string messages = log.ToString();
        string? remedy = (advice, messages.Length) switch
        {
            (null, 0) => null,
            (null, _) => $"libbpf says:{Environment.NewLine}{messages}",
            (_, 0) => advice,
            _ => $"{advice}; libbpf says:{Environment.NewLine}{messages}",
        };
        return new SystemCallException(call, target, errno, remedy);
    }

    /// <summary>Has the object use a map that there is already, in place of one of its own.</summary>
    public void ShareMap(string name, BpfDescriptor map) => Call(() => LibBpf.bpf_map__reuse_fd(FindMap(name), map));

    /// <summary>Sets how many entries a map will have.</summary>
    public void ResizeMap(string name, int entries) => Call(() => LibBpf.bpf_map__set_max_entries(FindMap(name), (uint)entries));

    /// <summary>Makes the maps and loads the programs.</summary>
    /// <remarks>libbpf raises RLIMIT_MEMLOCK by itself on kernels that charge BPF memory to it (before 5.11).</remarks>
    /// <exception cref="SystemCallException">The kernel refused; the message ends with the verifier's log if there is one.</exception>
    public void Load()
    {
        Call(() => LibBpf.bpf_object__load(_object));
        GC.KeepAlive(_elf);
    }

    public BpfDescriptor TakeProgram(string name)
    {
        nint program = LibBpf.bpf_object__find_program_by_name(_object, name);
        return program != 0
            ? BpfDescriptor.Duplicate(LibBpf.bpf_program__fd(program), _description)
            : throw new SystemCallException("find", $"BPF program '{name}'", SystemCallException.LastImportErrno);
    }

    public BpfDescriptor TakeMap(string name) => BpfDescriptor.Duplicate(LibBpf.bpf_map__fd(FindMap(name)), $"BPF map '{name}'");

    public void Dispose() => LibBpf.bpf_object__close(_object);

    private static byte[] ReadResource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the build did not embed '{name}'");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length, pinned: true);
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void Call(Func<int> call)
    {
        using LibBpfLog log = OpenLibrary();
        int result = call();
        if (result < 0)
            throw Failure("load", _description, result, log);
    }

    private nint FindMap(string name)
    {
        nint map = LibBpf.bpf_object__find_map_by_name(_object, name);
        return map != 0 ? map : throw new SystemCallException("find", $"BPF map '{name}'", SystemCallException.LastImportErrno);
    }
}
