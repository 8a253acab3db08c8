using FastLb.Native;
using FastLb.Native.Firewall;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Holding;

/// <summary>
/// Keeps the host from answering at addresses of instances with <c>no_accept</c>, or in strict mode, while it holds them (RFC 9568 section 6.1, Accept_Mode false). Used by one task.
/// </summary>
internal sealed class RefusedAddresses(VrrpFilter filter, ILogger log)
{
    /// <summary>From now on the host doesn't answer at the address.</summary>
    public void Refuse(AddressInfo address)
    {
        try
        {
            filter.Open().Refuse(new RefusedAddress(address.Address, address.InterfaceIndex));
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
            filter.Opened?.Accept(new RefusedAddress(address.Address, address.InterfaceIndex));
        }
        catch (SystemCallException fault)
        {
            log.LogError("{Fault}", fault.Message);
        }
    }
}
