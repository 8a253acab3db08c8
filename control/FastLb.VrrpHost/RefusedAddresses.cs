using FastLb.Native;
using FastLb.Native.Firewall;
using FastLb.Netlink;
using FastLb.Runtime;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>
/// Keeps the host from answering at addresses of instances with <c>no_accept</c>, or in strict mode, while it holds them (RFC 9568 section 6.1, Accept_Mode false). Used by one task.
/// </summary>
internal sealed class RefusedAddresses(KernelJournal journal, ILogger log) : IDisposable
{
    private const string TableName = "fastlb_vrrp";

    private VirtualRouterFilter? _filter;

    /// <summary>From now on the host doesn't answer at the address.</summary>
    public void Refuse(AddressInfo address)
    {
        try
        {
            _filter ??= journal.OpenFilter(TableName, [], []);
            _filter.Refuse(new RefusedAddress(address.Address, address.InterfaceIndex));
        }
        catch (Exception fault) when (fault is SystemCallException or KernelFeatureException)
        {
            log.LogError("the host answers at {Address}, which it must not: {Fault}", address, fault.Message);
        }
    }

    /// <summary>The address has gone, or may be answered at.</summary>
    public void Accept(AddressInfo address)
    {
        try
        {
            _filter?.Accept(new RefusedAddress(address.Address, address.InterfaceIndex));
        }
        catch (SystemCallException fault)
        {
            log.LogError("{Fault}", fault.Message);
        }
    }

    public void Dispose() => _filter?.Dispose();
}
