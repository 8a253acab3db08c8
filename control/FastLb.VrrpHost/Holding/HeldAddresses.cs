using FastLb.Configuration.Model;
using FastLb.Native;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Holding;

/// <summary>
/// The addresses of one virtual router: puts them on their interfaces and takes them off, and tells the segment by gratuitous ARP (RFC 5227 §3) and unsolicited neighbour
/// advertisements (RFC 4861 §7.2.6) where they are.
/// Used by one task; <see cref="Report"/> may be read by any thread.
/// </summary>
internal sealed class HeldAddresses : IDisposable
{
    private IReadOnlyList<VirtualAddress> _addresses;
    private VrrpInstance _instance;
    private readonly AnnouncementSpacing _spacing;
    private bool _isHolding;
    private readonly Rtnetlink _kernel;
    private readonly KernelJournal _journal;
    private readonly AddressAnnouncer _announcer;
    private readonly RefusedAddresses _refused;
    private readonly ILogger _log;
    private readonly HashSet<AddressInfo> _told = []; // that they were added
    private CancellationTokenSource _bursts = new();
    private Task _burst = Task.CompletedTask;
    private volatile IReadOnlyList<VrrpAddressStatus> _report;

    /// <param name="instance">Whose addresses they are.</param>
    /// <param name="spacing">When messages may leave; all instances have the same.</param>
    /// <param name="kernel">Where they are put.</param>
    /// <param name="journal">Where that is written down.</param>
    /// <param name="announcer">Tells the segment.</param>
    /// <param name="refused">Keeps the host from answering.</param>
    /// <param name="log">Tells what the kernel refuses.</param>
    public HeldAddresses(VrrpInstance instance, AnnouncementSpacing spacing, Rtnetlink kernel, KernelJournal journal, AddressAnnouncer announcer, RefusedAddresses refused, ILogger log)
    {
        _instance = instance;
        _addresses = instance.VirtualAddresses;
        _spacing = spacing;
        _kernel = kernel;
        _journal = journal;
        _announcer = announcer;
        _refused = refused;
        _log = log;
        _report = ReportAll("released");
    }

    /// <summary>What has become of each.</summary>
    public IReadOnlyList<VrrpAddressStatus> Report => _report;

    /// <summary>Puts each on its interface. One that the kernel refuses is told of and doesn't keep the others off.</summary>
    public void Acquire()
    {
        _isHolding = true;
        if (_instance.PromotesSecondaries)
            KeepSecondaries();
        _report = [.. _addresses.Select(address => ReportOf(address, Acquire(address)))];
    }

    /// <summary>
    /// Holds other addresses from now on: of those that are on their interfaces the ones that stay are left alone, the others taken off; new ones are put on and announced.
    /// </summary>
    /// <param name="instance">Whose addresses they are, as it is now.</param>
    /// <param name="repeat">Gratuitous ARP messages for each new one.</param>
    public void Become(VrrpInstance instance, uint repeat)
    {
        IReadOnlyList<VirtualAddress> before = _addresses;
        IReadOnlyList<VirtualAddress> addresses = instance.VirtualAddresses;
        bool refusedBefore = _instance.RefusesPackets;
        _instance = instance;
        _addresses = addresses;
        if (!_isHolding)
        {
            _report = ReportAll("released");
            return;
        }

        VirtualAddress[] come = [.. addresses.Where(address => !before.Any(other => IsSame(address, other)))];
        foreach (VirtualAddress gone in before.Where(address => !addresses.Any(other => IsSame(address, other))))
        {
            if (InfoOf(gone) is not { } info)
                continue;
            _journal.RemoveAddress(info);
            _refused.Accept(info);
            if (_told.RemoveWhere(told => told.InterfaceIndex == info.InterfaceIndex && told.Address.Equals(info.Address) && told.PrefixLength == info.PrefixLength) > 0)
                _log.LogInformation("removed {Address} from {Interface}", info, gone.Device);
        }

        if (refusedBefore && !instance.RefusesPackets)
            AcceptAll();
        Acquire();
        _burst = Announce(_burst, come, repeat, _bursts.Token);
    }

    /// <summary>Takes off those that were put on, and ends the burst that goes on.</summary>
    public void Release()
    {
        _bursts.Cancel();
        _bursts.Dispose();
        _bursts = new CancellationTokenSource();
        foreach (VirtualAddress address in _addresses)
        {
            if (InfoOf(address) is { } info)
                _journal.RemoveAddress(info);
        }

        if (_instance.RefusesPackets)
            AcceptAll();
        _isHolding = false;
        _told.Clear();
        _report = ReportAll("released");
    }

    /// <summary>Sends so many messages for each address, all addresses in turn; behind a burst that goes on.</summary>
    public void Announce(uint repeat) => _burst = Announce(_burst, _addresses, repeat, _bursts.Token);

    /// <summary>Sends a message on each further interface (<see cref="FurtherInterfaces"/>); nothing while a burst goes on, which tells of all of them.</summary>
    public void AnnounceFurther()
    {
        if (_burst.IsCompleted)
            _burst = Announce(_burst, FurtherInterfaces.AddressesOf(_instance), 1, _bursts.Token);
    }

    /// <summary>Ends the burst that goes on.</summary>
    public async Task Finish()
    {
        await _bursts.CancelAsync();
        await _burst;
    }

    public void Dispose() => _bursts.Dispose();

    // As the kernel tells addresses apart; label, scope and broadcast are what it has been given with.
    private static bool IsSame(VirtualAddress left, VirtualAddress right) =>
        left.Address.Equals(right.Address) && left.PrefixLength == right.PrefixLength && left.Device == right.Device;

    private static VrrpAddressStatus ReportOf(VirtualAddress address, string state) => new(address.Address, address.PrefixLength, address.Device, state);

    private IReadOnlyList<VrrpAddressStatus> ReportAll(string state) => [.. _addresses.Select(address => ReportOf(address, state))];

    private string Acquire(VirtualAddress address)
    {
        try
        {
            if (InfoOf(address) is not { } info)
            {
                _log.LogWarning("{Place}: {Address} waits for {Interface}, which doesn't exist", address.Origin, address.Address, address.Device);
                return "waiting";
            }

            if (_instance.RefusesPackets)
                _refused.Refuse(info); // before it is there
            if (_journal.AddAddress(info))
            {
                if (_told.Add(info))
                    _log.LogInformation("added {Address} to {Interface}", info, address.Device);
                return "held";
            }

            _log.LogWarning("{Address} is on {Interface} already; it will be left there", info, address.Device);
            return "present";
        }
        catch (SystemCallException fault)
        {
            _log.LogError("{Fault}", fault.Message);
            return "failed";
        }
    }

    private void AcceptAll()
    {
        foreach (AddressInfo info in _addresses.Select(InfoOf).OfType<AddressInfo>())
            _refused.Accept(info);
    }

    // Taking an interface's first address away would take the others of its subnet along.
    private void KeepSecondaries()
    {
        foreach (string device in _addresses.Select(address => address.Device).Distinct(StringComparer.Ordinal))
        {
            try
            {
                _journal.ChangeSetting(device, new VirtualLinkSetting(IsIpv6: false, "promote_secondaries", 1));
            }
            catch (SystemCallException fault)
            {
                _log.LogError("{Fault}", fault.Message);
            }
        }
    }

    private AddressInfo? InfoOf(VirtualAddress address) => KernelAddress.Find(address, _kernel);

    private async Task Announce(Task before, IReadOnlyList<VirtualAddress> addresses, uint repeat, CancellationToken cancellation)
    {
        await before;
        try
        {
            for (uint round = 0; round < repeat; round++)
            {
                foreach (VirtualAddress address in addresses)
                {
                    cancellation.ThrowIfCancellationRequested();
                    await Announce(address, cancellation);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _log.LogDebug("a burst of gratuitous ARP has ended early: the addresses go");
        }
    }

    private async Task Announce(VirtualAddress address, CancellationToken cancellation)
    {
        if (_kernel.Links.Find(address.Device) is not { IsRunning: true } link)
            return;
        string carrier = CarrierOf(link);
        while (_spacing.Take(carrier, address.Address.AddressFamily) is { Ticks: > 0 } wait)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), TimeProvider.System, cancellation); // timers count milliseconds
        try
        {
            _announcer.Announce(link, address.Address);
        }
        catch (SystemCallException fault)
        {
            _log.LogWarning("{Fault}", fault.Message);
        }
    }

    // What leaves by a virtual MAC or an IPVLAN leaves by the interface below.
    private string CarrierOf(LinkInfo link) => link is { Kind: "macvlan" or "ipvlan", LowerIndex: { } lower, LowerIsElsewhere: false } && _kernel.Links.Find(lower) is { } carrier
        ? carrier.Name
        : link.Name;
}
