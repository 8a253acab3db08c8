namespace FastLb.Native.Bpf;

/// <summary>
/// A map with one value per key. The kernel synchronises single operations; a series of them is not atomic. Operations need CAP_BPF where unprivileged BPF
/// is off.
/// </summary>
/// <typeparam name="TKey">The key's memory layout, without implicit padding: every byte counts.</typeparam>
/// <typeparam name="TValue">The value's memory layout.</typeparam>
internal sealed unsafe class BpfMap<TKey, TValue> : IDisposable
    where TKey : unmanaged
    where TValue : unmanaged
{
    private readonly string _name;

    /// <summary>Takes ownership of a map's descriptor. <paramref name="name"/> is for messages.</summary>
    public BpfMap(BpfDescriptor descriptor, string name)
    {
        Descriptor = descriptor;
        _name = name;
    }

    public BpfDescriptor Descriptor { get; }

    /// <summary>Makes a hash map whose entries take memory only while they are there.</summary>
    /// <exception cref="SystemCallException">libbpf is missing, or the process may not create BPF maps.</exception>
    public static BpfMap<TKey, TValue> CreateHash(string name, int capacity) => Create(BpfConstants.BPF_MAP_TYPE_HASH, name, capacity, BpfConstants.BPF_F_NO_PREALLOC);

    /// <summary>Makes an array map of zeros; its key is a 32-bit index.</summary>
    /// <exception cref="SystemCallException">libbpf is missing, or the process may not create BPF maps.</exception>
    public static BpfMap<TKey, TValue> CreateArray(string name, int capacity) => Create(BpfConstants.BPF_MAP_TYPE_ARRAY, name, capacity, 0);

    private static BpfMap<TKey, TValue> Create(int type, string name, int capacity, uint flags)
    {
        MapCreateOptions options = new() { Size = (nuint)sizeof(MapCreateOptions), MapFlags = flags };
        using LibBpfLog log = BpfObject.OpenLibrary();
        int descriptor = LibBpf.bpf_map_create(type, name, (uint)sizeof(TKey), (uint)sizeof(TValue), (uint)capacity, options);
        return descriptor >= 0
            ? new BpfMap<TKey, TValue>(new BpfDescriptor(descriptor), name)
            : throw BpfObject.Failure("create", $"BPF map '{name}'", descriptor, log);
    }

    /// <summary>Adds the key or replaces its value.</summary>
    public void Update(TKey key, TValue value)
    {
        int result = LibBpf.bpf_map_update_elem(Descriptor, &key, &value, BpfConstants.BPF_ANY);
        if (result < 0)
            throw Failure("add to", (Errno)(-result));
    }

    /// <summary>Removes the key; false when it wasn't there.</summary>
    public bool Delete(TKey key)
    {
        int result = LibBpf.bpf_map_delete_elem(Descriptor, &key);
        if (result is < 0 and not -(int)Errno.ENOENT)
            throw Failure("remove from", (Errno)(-result));
        return result == 0;
    }

    /// <summary>Reads the key's value; false when it isn't there.</summary>
    public bool TryLookup(TKey key, out TValue value)
    {
        TValue found = default;
        int result = LibBpf.bpf_map_lookup_elem(Descriptor, &key, &found);
        if (result is < 0 and not -(int)Errno.ENOENT)
            throw Failure("look up in", (Errno)(-result));
        value = found;
        return result == 0;
    }

    /// <summary>All keys, in no particular order. Complete only while nobody changes the map.</summary>
    public List<TKey> ReadKeys()
    {
        List<TKey> keys = [];
        TKey current;
        int result = LibBpf.bpf_map_get_next_key(Descriptor, null, &current);
        while (result == 0)
        {
            keys.Add(current);
            TKey next;
            result = LibBpf.bpf_map_get_next_key(Descriptor, &current, &next);
            current = next;
        }

        return result == -(int)Errno.ENOENT ? keys : throw Failure("list", (Errno)(-result));
    }

    public void Dispose() => Descriptor.Dispose();

    private SystemCallException Failure(string call, Errno errno) => new(call, $"BPF map '{_name}'", errno, errno switch
    {
        Errno.EPERM => "needs CAP_BPF, or root",
        Errno.E2BIG or Errno.ENOSPC => "the map is full, or the index is above its size",
        _ => null,
    });
}
