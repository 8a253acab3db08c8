using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastLb.Configuration.Model;

/// <summary>A MACVLAN that a configuration asks for (<c>use_vmac</c>).</summary>
/// <param name="Name">The interface's name, at most 15 characters.</param>
/// <param name="Parent">The interface below.</param>
/// <param name="Family">Of the virtual router whose MAC address it has.</param>
/// <param name="Mac">Its MAC address.</param>
/// <param name="Instance">The instance that it is for.</param>
public sealed record VirtualLink(string Name, string Parent, AddressFamily Family, PhysicalAddress Mac, string Instance)
{
    /// <summary>The interface's group, as ip-link(8) numbers them; null for the kernel's default.</summary>
    public uint? Group { get; init; }

    /// <summary>The link-local address that IPv6 advertisements come from, when the configuration says one; null for that of the interface below.</summary>
    public IPAddress? LinkLocal { get; init; }

    /// <summary>Where it is asked for.</summary>
    public Origin Origin { get; init; }
}
