using System.Reflection;

namespace FastLb.Native.Bpf;

/// <summary>
/// One of the embedded BPF objects while libbpf loads it. What came of it is taken out as descriptors of their own, so that nothing of libbpf's remains
/// afterwards.
/// </summary>
internal sealed unsafe class BpfObject : IDisposable
{
    private readonly nint _object;

    private BpfObject(nint bpfObject) => _object = bpfObject;

    /// <summary>Loads an object as it is.</summary>
    /// <param name="resourceName">The name that it is embedded under.</param>
    /// <param name="what">For messages: <c>the decapsulating program</c>.</param>
    /// <exception cref="SystemCallException">libbpf is missing, or the kernel refused; the message ends with the verifier's log if there is one.</exception>
    public static BpfObject Load(string resourceName, string what)
    {
        using LibBpfLog log = SteeringObject.OpenLibrary();
        byte[] elf = ReadResource(resourceName);
        fixed (byte* bytes = elf)
        {
            // libbpf refers to the ELF image until the object is loaded, hence within 'fixed'.
            nint bpfObject = LibBpf.bpf_object__open_mem(bytes, (nuint)elf.Length, null);
            if (bpfObject == 0)
                throw SteeringObject.Failure("open", what, -(int)SystemCallException.LastImportErrno, log);

            int result = LibBpf.bpf_object__load(bpfObject);
            if (result >= 0)
                return new BpfObject(bpfObject);
            LibBpf.bpf_object__close(bpfObject);
            throw SteeringObject.Failure("load", what, result, log);
        }
    }

    public BpfDescriptor TakeProgram(string name)
    {
        nint program = LibBpf.bpf_object__find_program_by_name(_object, name);
        return program != 0
            ? BpfDescriptor.Duplicate(LibBpf.bpf_program__fd(program), $"BPF program '{name}'")
            : throw new SystemCallException("find", $"BPF program '{name}'", SystemCallException.LastImportErrno);
    }

    public BpfDescriptor TakeMap(string name)
    {
        nint map = LibBpf.bpf_object__find_map_by_name(_object, name);
        return map != 0
            ? BpfDescriptor.Duplicate(LibBpf.bpf_map__fd(map), $"BPF map '{name}'")
            : throw new SystemCallException("find", $"BPF map '{name}'", SystemCallException.LastImportErrno);
    }

    public void Dispose() => LibBpf.bpf_object__close(_object);

    private static byte[] ReadResource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the build did not embed '{name}'");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
