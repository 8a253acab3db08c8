using FastLb.Configuration.Model;
using FastLb.Native;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Holding;

/// <summary>
/// The addresses that are there in every state (<c>static_ipaddress</c>). They are the host's own: nobody is told of them, and instances may advertise from them. The journal takes them
/// away at the stop. Used by one task; <see cref="Report"/> may be read by any thread.
/// </summary>
/// <param name="kernel">Where they are put.</param>
/// <param name="journal">Where that is written down.</param>
/// <param name="log">Tells what happens to them.</param>
internal sealed class StaticAddresses(Rtnetlink kernel, KernelJournal journal, ILogger log)
{
    private readonly Dictionary<VirtualAddress, string> _refusals = []; // as told last
    private IReadOnlyList<VirtualAddress> _addresses = [];
    private volatile IReadOnlyList<VrrpAddressStatus> _report = [];

    /// <summary>What has become of each.</summary>
    public IReadOnlyList<VrrpAddressStatus> Report => _report;

    /// <summary>Holds these from now on: those that were held before and are different now, or not among them, are taken off, all others put on.</summary>
    public void Hold(IEnumerable<StaticAddress> addresses)
    {
        IReadOnlyList<VirtualAddress> before = _addresses;
        _addresses = [.. addresses.Select(address => address.Address)];
        HashSet<AddressInfo> wanted = [.. _addresses.Select(Find).OfType<AddressInfo>()];
        foreach (AddressInfo gone in before.Select(Find).OfType<AddressInfo>().Where(info => !wanted.Contains(info)))
            journal.RemoveAddress(gone);
        _refusals.Clear();
        _report = [.. _addresses.Select(address => ReportOf(address, Put(address)))];
    }

    /// <summary>
    /// Puts those on again that somebody has taken off, but for those that aren't tracked (<c>no_track</c>), and those that could not be put on so far.
    /// </summary>
    /// <returns>Whether the report is another one now.</returns>
    public bool Restore()
    {
        if (_addresses.Count == 0)
            return false;
        IReadOnlyList<VrrpAddressStatus> before = _report;
        if (ReadPresent() is not { } present)
            return false;
        _report = [.. _addresses.Select((address, i) => ReportOf(address, Restore(address, before[i].State, present)))];
        return !_report.SequenceEqual(before);
    }

    // As the kernel tells addresses apart.
    private static AddedAddress KeyOf(AddressInfo address) => new(address.InterfaceIndex, address.Address, address.PrefixLength) { Peer = address.Peer };

    private static VrrpAddressStatus ReportOf(VirtualAddress address, string state) => new(address.Address, address.PrefixLength, address.Device, state);

    private string Restore(VirtualAddress address, string state, HashSet<AddedAddress> present)
    {
        AddressInfo? info = Find(address);
        if (info is not null && present.Contains(KeyOf(info)))
            return state is "held" or "present" ? state : Put(address);
        if (!address.TracksDevice && !_refusals.ContainsKey(address))
            return "gone";
        if (info is not null && !_refusals.ContainsKey(address))
            log.LogWarning("{Address} was taken off {Interface}; it is put there again", info, address.Device);
        return Put(address);
    }

    private HashSet<AddedAddress>? ReadPresent()
    {
        try
        {
            return [.. kernel.Addresses.List().Select(KeyOf)];
        }
        catch (SystemCallException fault)
        {
            log.LogError("{Fault}", fault.Message);
            return null;
        }
    }

    private AddressInfo? Find(VirtualAddress address)
    {
        try
        {
            return KernelAddress.Find(address, kernel);
        }
        catch (SystemCallException fault)
        {
            log.LogError("{Fault}", fault.Message);
            return null;
        }
    }

    // What is refused again for the same reason is not told again.
    private string Put(VirtualAddress address)
    {
        try
        {
            if (KernelAddress.Find(address, kernel) is not { } info)
            {
                Refuse(address, $"{address.Address} waits for {address.Device}, which doesn't exist", LogLevel.Warning);
                return "waiting";
            }

            bool isOurs = journal.AddAddress(info);
            _refusals.Remove(address);
            return isOurs ? "held" : "present";
        }
        catch (SystemCallException fault)
        {
            Refuse(address, fault.Message, LogLevel.Error);
            return "failed";
        }
    }

    private void Refuse(VirtualAddress address, string why, LogLevel level)
    {
        if (_refusals.GetValueOrDefault(address) != why)
            log.Log(level, "{Place}: {Fault}", address.Origin, why);
        _refusals[address] = why;
    }
}
