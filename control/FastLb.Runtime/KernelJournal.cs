using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastLb.Messaging;
using FastLb.Native;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime;

/// <summary>An address that this director put on an interface.</summary>
public sealed record AddedAddress(int InterfaceIndex, IPAddress Address, byte PrefixLength);

/// <summary>A neighbour that this director asked the kernel to keep resolved.</summary>
public sealed record ManagedNeighbour(int InterfaceIndex, IPAddress Address);

/// <summary>What is written down.</summary>
public sealed record KernelJournalRecord(IReadOnlyList<AddedAddress> Addresses, IReadOnlyList<ManagedNeighbour> Neighbours);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(KernelJournalRecord))]
internal sealed partial class KernelJournalJson : JsonSerializerContext;

/// <summary>
/// What one process has changed in the kernel and does not go by itself when it ends: written down before it is done. A process that is started again
/// goes on with the journal of the one before; the supervisor takes back what is left in it in the end. One thread at a time.
/// </summary>
public sealed class KernelJournal
{
    private readonly string _file;
    private readonly Rtnetlink _kernel;
    private readonly ILogger _log;
    private readonly HashSet<AddedAddress> _addresses;
    private readonly HashSet<ManagedNeighbour> _neighbours;

    private KernelJournal(string file, KernelJournalRecord record, Rtnetlink kernel, ILogger log)
    {
        _file = file;
        _kernel = kernel;
        _log = log;
        _addresses = [.. record.Addresses];
        _neighbours = [.. record.Neighbours];
    }

    /// <summary>The addresses that are ours now.</summary>
    public IReadOnlyCollection<AddedAddress> Addresses => _addresses;

    /// <summary>Goes on with the journal in <paramref name="file"/>, or begins one.</summary>
    public static KernelJournal Open(string file, Rtnetlink kernel, ILogger log) => new(file, Read(file, log), kernel, log);

    /// <summary>Puts an address on an interface. False when it was there already and is not ours to remove.</summary>
    /// <exception cref="SystemCallException">The kernel refuses it.</exception>
    public bool AddAddress(AddressInfo address)
    {
        AddedAddress added = Entry(address);
        if (_addresses.Contains(added))
        {
            _kernel.Addresses.Add(address);
            return true;
        }

        _addresses.RemoveWhere(known => known.Address.Equals(added.Address) && _kernel.Links.Find(known.InterfaceIndex) is null); // it has gone with its interface
        Write([.. _addresses, added]);
        _addresses.Add(added);
        bool isNew = false;
        try
        {
            isNew = _kernel.Addresses.Add(address);
        }
        finally
        {
            if (!isNew)
                Forget(added);
        }

        return isNew;
    }

    /// <summary>Removes an address if it is ours.</summary>
    public void RemoveAddress(AddressInfo address)
    {
        AddedAddress added = Entry(address);
        if (!_addresses.Contains(added))
            return;
        Undo(() => _kernel.Addresses.Remove(Info(added)), $"address {Info(added)}");
        Forget(added);
    }

    /// <summary>Has the kernel keep a neighbour resolved.</summary>
    public NeighbourInfo ManageNeighbour(int interfaceIndex, IPAddress address)
    {
        if (_neighbours.Add(new ManagedNeighbour(interfaceIndex, address)))
            Write(_addresses);
        return _kernel.Neighbours.Manage(interfaceIndex, address);
    }

    /// <summary>Takes everything back, and the journal with it.</summary>
    /// <returns>The addresses that were still there.</returns>
    public IReadOnlyList<AddressInfo> UndoAll()
    {
        var removed = new List<AddressInfo>();
        foreach (AddedAddress address in _addresses)
        {
            if (Undo(() => _kernel.Addresses.Remove(Info(address)), $"address {Info(address)}"))
                removed.Add(Info(address));
        }

        foreach (ManagedNeighbour neighbour in _neighbours)
            Undo(() => _kernel.Neighbours.Remove(neighbour.InterfaceIndex, neighbour.Address), $"neighbour {neighbour.Address}");
        _addresses.Clear();
        _neighbours.Clear();
        File.Delete(_file);
        return removed;
    }

    private static AddressInfo Info(AddedAddress address) => new(address.InterfaceIndex, address.Address, address.PrefixLength);

    private static AddedAddress Entry(AddressInfo address) => new(address.InterfaceIndex, address.Address, address.PrefixLength);

    private static KernelJournalRecord Read(string file, ILogger log)
    {
        try
        {
            if (File.Exists(file) && JsonSerializer.Deserialize(File.ReadAllBytes(file), KernelJournalJson.Default.KernelJournalRecord) is { } record)
                return record;
        }
        catch (JsonException fault)
        {
            log.LogError("{File} can't be read ({Fault}); addresses of an earlier run may be left", file, fault.Message);
        }

        return new KernelJournalRecord([], []);
    }

    // An interface that has gone took its addresses and neighbours along: that is what was wanted.
    private bool Undo(Func<bool> undo, string what)
    {
        try
        {
            return undo();
        }
        catch (SystemCallException fault) when (fault.Errno is Errno.ENODEV or Errno.ENXIO)
        {
            _log.LogDebug("{What} has gone with its interface", what);
            return false;
        }
        catch (SystemCallException fault)
        {
            _log.LogError("{Fault}", fault.Message);
            return false;
        }
    }

    private void Forget(AddedAddress address)
    {
        _addresses.Remove(address);
        Write(_addresses);
    }

    private void Write(IEnumerable<AddedAddress> addresses) => RuntimeDirectory.Replace(
        _file, JsonSerializer.SerializeToUtf8Bytes(new KernelJournalRecord([.. addresses], [.. _neighbours]), KernelJournalJson.Default.KernelJournalRecord));
}
