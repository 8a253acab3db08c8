using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Runtime;

/// <summary>An address that this director put on an interface.</summary>
public sealed record AddedAddress(int InterfaceIndex, IPAddress Address, byte PrefixLength);

/// <summary>A neighbour that this director asked the kernel to keep resolved.</summary>
public sealed record ManagedNeighbour(int InterfaceIndex, IPAddress Address);

/// <summary>What is written down.</summary>
public sealed record KernelChangeRecord(IReadOnlyList<AddedAddress> Addresses, IReadOnlyList<ManagedNeighbour> Neighbours);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(KernelChangeRecord))]
internal sealed partial class KernelChangeJson : JsonSerializerContext;

/// <summary>
/// What the director has changed in the kernel and does not go by itself when its processes end: written down before it is done, so that whoever starts
/// next in the same runtime directory can take it back after a SIGKILL. One thread at a time.
/// </summary>
public sealed class KernelChanges
{
    private readonly RuntimeDirectory _directory;
    private readonly Rtnetlink _kernel;
    private readonly ILogger _log;
    private readonly HashSet<AddedAddress> _addresses = [];
    private readonly HashSet<ManagedNeighbour> _neighbours = [];

    /// <param name="directory">Where they are written down.</param>
    /// <param name="kernel">Where they are made.</param>
    /// <param name="log">Tells what is taken back.</param>
    public KernelChanges(RuntimeDirectory directory, Rtnetlink kernel, ILogger log)
    {
        _directory = directory;
        _kernel = kernel;
        _log = log;
    }

    /// <summary>Takes back what an earlier run in this directory left, if it was killed.</summary>
    public void UndoLeftovers()
    {
        if (!File.Exists(_directory.ChangesFile))
            return;
        KernelChangeRecord? record = Read();
        foreach (AddedAddress address in record?.Addresses ?? [])
        {
            if (Undo(() => _kernel.Addresses.Remove(Info(address)), $"address {Info(address)}"))
                _log.LogWarning("removed {Address}, which an earlier fastlb had left", Info(address));
        }

        foreach (ManagedNeighbour neighbour in record?.Neighbours ?? [])
            Undo(() => _kernel.Neighbours.Remove(neighbour.InterfaceIndex, neighbour.Address), $"neighbour {neighbour.Address}");
        File.Delete(_directory.ChangesFile);
    }

    /// <summary>Puts an address on an interface. False when it was there already; it is then not ours to remove.</summary>
    public bool AddAddress(AddressInfo address)
    {
        var added = new AddedAddress(address.InterfaceIndex, address.Address, address.PrefixLength);
        _addresses.Add(added);
        Write();
        if (_kernel.Addresses.Add(address))
            return true;
        _addresses.Remove(added);
        Write();
        return false;
    }

    /// <summary>Has the kernel keep a neighbour resolved.</summary>
    public NeighbourInfo ManageNeighbour(int interfaceIndex, IPAddress address)
    {
        if (_neighbours.Add(new ManagedNeighbour(interfaceIndex, address)))
            Write();
        return _kernel.Neighbours.Manage(interfaceIndex, address);
    }

    /// <summary>Removes the addresses, so that the other hosts find them elsewhere.</summary>
    public void RemoveAddresses()
    {
        foreach (AddedAddress address in _addresses)
            Undo(() => _kernel.Addresses.Remove(Info(address)), $"address {Info(address)}");
        _addresses.Clear();
        Write();
    }

    /// <summary>Lets the neighbours be as any others.</summary>
    public void ReleaseNeighbours()
    {
        foreach (ManagedNeighbour neighbour in _neighbours)
            Undo(() => _kernel.Neighbours.Remove(neighbour.InterfaceIndex, neighbour.Address), $"neighbour {neighbour.Address}");
        _neighbours.Clear();
        Write();
    }

    private static AddressInfo Info(AddedAddress address) => new(address.InterfaceIndex, address.Address, address.PrefixLength);

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

    private KernelChangeRecord? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(_directory.ChangesFile), KernelChangeJson.Default.KernelChangeRecord);
        }
        catch (JsonException fault)
        {
            _log.LogError("{File} can't be read ({Fault}); addresses of an earlier run may be left", _directory.ChangesFile, fault.Message);
            return null;
        }
    }

    private void Write()
    {
        string next = _directory.ChangesFile + ".new";
        File.WriteAllText(next, JsonSerializer.Serialize(new KernelChangeRecord([.. _addresses], [.. _neighbours]), KernelChangeJson.Default.KernelChangeRecord));
        File.Move(next, _directory.ChangesFile, overwrite: true);
    }
}
