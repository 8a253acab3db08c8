namespace FastLb.Native.Bpf;

/// <summary>A BPF_MAP_TYPE_PERCPU_ARRAY of 64-bit counters, each CPU counting for itself.</summary>
internal sealed unsafe class BpfPerCpuCounters : IDisposable
{
    private readonly BpfDescriptor _descriptor;
    private readonly string _name;
    private readonly ulong[] _perCpu;

    /// <summary>Takes ownership of a map's descriptor. <paramref name="name"/> is for messages.</summary>
    public BpfPerCpuCounters(BpfDescriptor descriptor, string name)
    {
        int cpus = LibBpf.libbpf_num_possible_cpus();
        if (cpus <= 0)
            throw new SystemCallException("count", "possible CPUs", (Errno)(-cpus));
        _descriptor = descriptor;
        _name = name;
        _perCpu = new ulong[cpus]; // the kernel writes one value per possible CPU, online or not
    }

    /// <summary>The counter's sum over all CPUs. Counting goes on meanwhile, so two counters read in turn don't belong to one instant.</summary>
    public ulong Read(uint index)
    {
        int result;
        lock (_perCpu)
        {
            fixed (ulong* values = _perCpu)
                result = LibBpf.bpf_map_lookup_elem(_descriptor, &index, values);
            if (result < 0)
                throw new SystemCallException("read", $"BPF map '{_name}'", (Errno)(-result));

            ulong sum = 0;
            foreach (ulong value in _perCpu)
                sum += value;
            return sum;
        }
    }

    public void Dispose() => _descriptor.Dispose();
}
