using System.Net;
using System.Text.Json;
using FastLb.Native;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime;

/// <summary>
/// What one process has changed in the kernel and does not go by itself when it ends: written down before it is done. A process that is started again goes on
/// with the journal of the one before; the supervisor takes back what is left in it in the end. One thread at a time, which is in the network namespace that
/// the connection to the kernel was opened in.
/// </summary>
public sealed partial class KernelJournal
{
    private readonly string _file;
    private readonly Rtnetlink _kernel;
    private readonly ILogger _log;
    private readonly HashSet<AddedAddress> _addresses;
    private readonly HashSet<ManagedNeighbour> _neighbours;
    private readonly HashSet<AddedRoute> _routes;
    private readonly HashSet<AddedRule> _rules;
    private readonly HashSet<AddedLink> _links;
    private readonly HashSet<ChangedSetting> _settings;
    private readonly HashSet<string> _filters;

    private KernelJournal(string file, KernelJournalRecord record, Rtnetlink kernel, ILogger log)
    {
        _file = file;
        _kernel = kernel;
        _log = log;
        _addresses = [.. record.Addresses];
        _neighbours = [.. record.Neighbours];
        _routes = [.. record.Routes ?? []];
        _rules = [.. record.Rules ?? []];
        _links = [.. record.Links ?? []];
        _settings = [.. record.Settings ?? []];
        _filters = [.. record.Filters ?? []];
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
        if (!_addresses.Contains(added))
            _addresses.RemoveWhere(known => known.Address.Equals(added.Address) && _kernel.Links.Find(known.InterfaceIndex) is null); // it has gone with its interface
        return Add(_addresses, added, () => _kernel.Addresses.Add(address));
    }

    /// <summary>Removes an address if it is ours.</summary>
    public void RemoveAddress(AddressInfo address)
    {
        AddedAddress added = Entry(address);
        Remove(_addresses, added, () => _kernel.Addresses.Remove(Info(added)), $"address {Info(added)}");
    }

    /// <summary>Has the kernel keep a neighbour resolved.</summary>
    public NeighbourInfo ManageNeighbour(int interfaceIndex, IPAddress address)
    {
        if (_neighbours.Add(new ManagedNeighbour(interfaceIndex, address)))
            Write();
        return _kernel.Neighbours.Manage(interfaceIndex, address);
    }

    /// <summary>Takes everything back, and the journal with it.</summary>
    /// <returns>The addresses that were still there.</returns>
    public IReadOnlyList<AddressInfo> UndoAll()
    {
        UndoRouting(); // first: some of it would go with the addresses, and then be missed
        var removed = new List<AddressInfo>();
        foreach (AddedAddress address in _addresses)
        {
            if (Undo(() => _kernel.Addresses.Remove(Info(address)), $"address {Info(address)}"))
                removed.Add(Info(address));
        }

        foreach (ManagedNeighbour neighbour in _neighbours)
            Undo(() => _kernel.Neighbours.Remove(neighbour.InterfaceIndex, neighbour.Address), $"neighbour {neighbour.Address}");
        UndoLinks();
        UndoFilters(); // last: until the addresses are gone the host is not to answer at them
        _addresses.Clear();
        _neighbours.Clear();
        File.Delete(_file);
        return removed;
    }

    private static AddressInfo Info(AddedAddress address) => new(address.InterfaceIndex, address.Address, address.PrefixLength) { Peer = address.Peer };

    private static AddedAddress Entry(AddressInfo address) => new(address.InterfaceIndex, address.Address, address.PrefixLength) { Peer = address.Peer };

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

    /// <summary>Writes an entry down and then does it. False when it was done already by somebody else, and then it isn't ours.</summary>
    private bool Add<T>(HashSet<T> ours, T entry, Func<bool> add)
    {
        if (ours.Contains(entry))
        {
            add(); // in case that somebody has taken it back
            return true;
        }

        Note(ours, entry);
        bool isNew = false;
        try
        {
            isNew = add();
        }
        finally
        {
            if (!isNew)
                Forget(ours, entry);
        }

        return isNew;
    }

    /// <summary>Takes back what is ours.</summary>
    private void Remove<T>(HashSet<T> ours, T entry, Func<bool> remove, string what)
    {
        if (!ours.Contains(entry))
            return;
        Undo(remove, what);
        Forget(ours, entry);
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
        catch (Exception fault) when (fault is SystemCallException or KernelFeatureException)
        {
            _log.LogError("{Fault}", fault.Message);
            return false;
        }
    }

    private void Note<T>(HashSet<T> ours, T entry)
    {
        ours.Add(entry);
        bool isWritten = false;
        try
        {
            Write();
            isWritten = true;
        }
        finally
        {
            if (!isWritten)
                ours.Remove(entry);
        }
    }

    private void Forget<T>(HashSet<T> ours, T entry)
    {
        ours.Remove(entry);
        Write();
    }

    private void Write() => RuntimeDirectory.Replace(_file, JsonSerializer.SerializeToUtf8Bytes(
        new KernelJournalRecord([.. _addresses], [.. _neighbours])
        {
            Routes = [.. _routes],
            Rules = [.. _rules],
            Links = [.. _links],
            Settings = [.. _settings],
            Filters = [.. _filters],
        },
        KernelJournalJson.Default.KernelJournalRecord));
}
