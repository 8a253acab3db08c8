using FastLb.Netlink;
using FastLb.Runtime;

namespace FastLb.RealServer.Host;

/// <summary>What a real server's preparation reads and changes.</summary>
/// <param name="Settings">sysctls.</param>
/// <param name="Network">Links and addresses.</param>
/// <param name="Decapsulation">FastLb's program on interfaces.</param>
internal sealed record HostKernel(IKernelSettings Settings, IHostNetwork Network, IDecapsulation Decapsulation)
{
    /// <summary>The link of that name; null when there is none.</summary>
    public LinkInfo? FindLink(string name) => Network.Links().FirstOrDefault(link => link.Name == name);

    /// <summary>The link of that name.</summary>
    /// <exception cref="DirectorException">There is none.</exception>
    public LinkInfo GetLink(string name)
    {
        IReadOnlyList<LinkInfo> links = Network.Links();
        return links.FirstOrDefault(link => link.Name == name)
            ?? throw new DirectorException($"there is no interface {name}; there are: {string.Join(", ", links.Select(link => link.Name))}");
    }
}
