using System.Reflection;

namespace FastLb.Native.Bpf;

/// <summary>
/// The embedded BPF object while libbpf loads it. What came of it is taken out as descriptors of their own, so that nothing of libbpf's remains
/// afterwards.
/// </summary>
internal sealed unsafe class SteeringObject : IDisposable
{
    private const string ResourceName = "steering.bpf.o";
    private const string ProgramName = "steer";

    private readonly nint _object;

    private SteeringObject(nint bpfObject) => _object = bpfObject;

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

    /// <summary>Loads the program with the shared <paramref name="services"/> and one socket slot per receive queue.</summary>
    /// <remarks>libbpf raises RLIMIT_MEMLOCK by itself on kernels that charge BPF memory to it (before 5.11).</remarks>
    /// <exception cref="SystemCallException">The kernel refused; the message ends with the verifier's log if there is one.</exception>
    public static SteeringObject Load(ServiceSteering services, int receiveQueues)
    {
        using LibBpfLog log = OpenLibrary();
        byte[] elf = ReadResource();
        fixed (byte* bytes = elf)
        {
            // libbpf refers to the ELF image until the object is loaded, hence within 'fixed'.
            nint bpfObject = LibBpf.bpf_object__open_mem(bytes, (nuint)elf.Length, null);
            if (bpfObject == 0)
                throw Failure("open", "the steering program", -(int)SystemCallException.LastImportErrno, log);

            SteeringObject loading = new(bpfObject);
            try
            {
                Check(LibBpf.bpf_map__reuse_fd(loading.FindMap("services"), services.Map.Descriptor), log);
                Check(LibBpf.bpf_map__set_max_entries(loading.FindMap("xsks"), (uint)receiveQueues), log);
                Check(LibBpf.bpf_object__load(bpfObject), log);
                return loading;
            }
            catch
            {
                loading.Dispose();
                throw;
            }
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

    public BpfDescriptor TakeProgram()
    {
        nint program = LibBpf.bpf_object__find_program_by_name(_object, ProgramName);
        return program != 0
            ? BpfDescriptor.Duplicate(LibBpf.bpf_program__fd(program), "the steering program")
            : throw new SystemCallException("find", $"BPF program '{ProgramName}'", SystemCallException.LastImportErrno);
    }

    public BpfDescriptor TakeMap(string name) => BpfDescriptor.Duplicate(LibBpf.bpf_map__fd(FindMap(name)), $"BPF map '{name}'");

    public void Dispose() => LibBpf.bpf_object__close(_object);

    private static void Check(int result, LibBpfLog log)
    {
        if (result < 0)
            throw Failure("load", "the steering program", result, log);
    }

    private static byte[] ReadResource()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"the build did not embed '{ResourceName}'");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private nint FindMap(string name)
    {
        nint map = LibBpf.bpf_object__find_map_by_name(_object, name);
        return map != 0 ? map : throw new SystemCallException("find", $"BPF map '{name}'", SystemCallException.LastImportErrno);
    }
}
