using System.Net;
using System.Net.Sockets;
using FastLb.Native;
using FastLb.Netlink;
using FastLb.RealServer.Changes;
using FastLb.RealServer.Host;
using FastLb.RealServer.Requirements;
using FastLb.Runtime;

namespace FastLb.RealServer;

/// <summary>This host as a real server: what it needs, how it stands with it, bringing it about and taking it back. One thread at a time.</summary>
public sealed class RealServerHost : IDisposable
{
    private readonly HostKernel _host;
    private readonly RuntimeDirectory _directory;
    private readonly string _networkNamespace;
    private readonly Rtnetlink? _kernel;

    internal RealServerHost(HostKernel host, RuntimeDirectory directory, string networkNamespace, Rtnetlink? kernel = null)
    {
        _host = host;
        _directory = directory;
        _networkNamespace = networkNamespace;
        _kernel = kernel;
    }

    /// <summary>The host that this process runs on, in this thread's network namespace.</summary>
    /// <param name="directory">Where changes are recorded.</param>
    /// <exception cref="SystemCallException">The kernel can't be reached.</exception>
    public static RealServerHost Open(RuntimeDirectory directory)
    {
        Rtnetlink kernel = Rtnetlink.Open();
        HostKernel host = new(new ProcSettings(), new NetlinkNetwork(kernel), new FilterDecapsulation(kernel));
        string networkNamespace = new FileInfo("/proc/thread-self/ns/net").LinkTarget ?? "";
        return new RealServerHost(host, directory, networkNamespace, kernel);
    }

    /// <summary>The names of the interfaces that the director's packets arrive at.</summary>
    /// <exception cref="DirectorException">One that was named isn't there, or none was named and there is none.</exception>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public IReadOnlyList<string> FindInterfaces(RealServerOptions options)
    {
        if (options.Interfaces.Count > 0)
            return [.. options.Interfaces.Select(name => _host.GetLink(name).Name)];

        HashSet<int> withAddress = [.. _host.Network.Addresses().Where(held => held.Address.AddressFamily == AddressFamily.InterNetwork).Select(held => held.InterfaceIndex)];
        string[] found =
        [
            .. _host.Network.Links()
                .Where(link => link is { Mac: not null, IsUp: true } && withAddress.Contains(link.Index))
                .Select(link => link.Name),
        ];
        return found.Length > 0
            ? found
            : throw new DirectorException("no Ethernet interface is up and has an IPv4 address: name the one that the director's packets arrive at by --interface");
    }

    /// <summary>All that is needed, and how it stands with each. Changes nothing.</summary>
    /// <exception cref="DirectorException">The options don't fit the host.</exception>
    /// <exception cref="SystemCallException">The kernel doesn't tell.</exception>
    public IReadOnlyList<Finding> Inspect(RealServerOptions options) => [.. RequirementsOf(options).Select(requirement => requirement.Inspect())];

    /// <summary>Brings about what is missing; each change is recorded before it is made. What only the administrator should do is left.</summary>
    /// <returns>What was missing before.</returns>
    /// <exception cref="DirectorException">The options don't fit the host, or the record can't be written.</exception>
    /// <exception cref="SystemCallException">The kernel refused; what was done before is recorded.</exception>
    /// <exception cref="KernelFeatureException">The kernel can't; what was done before is recorded.</exception>
    public IReadOnlyList<Finding> Apply(RealServerOptions options)
    {
        ChangeRecord record = ChangeRecord.Open(_directory, _networkNamespace);
        List<Finding> missing = [];
        foreach (Requirement requirement in RequirementsOf(options))
        {
            // One after the other: what was done for one may be all that another needs.
            Finding finding = requirement.Inspect();
            if (finding.IsMet)
                continue;
            missing.Add(finding);
            if (finding.ByHand is null)
                requirement.Fulfil(record);
        }

        return missing;
    }

    /// <summary>Takes back all that was applied here, whatever the options were then.</summary>
    /// <returns>What has become of each change; empty when nothing was applied.</returns>
    /// <exception cref="DirectorException">The record can't be read or written.</exception>
    public IReadOnlyList<UndoneChange> Undo() => new ChangeReversal(_host).UndoAll(ChangeRecord.Open(_directory, _networkNamespace));

    public void Dispose() => _kernel?.Dispose();

    /// <summary>In the order in which they are to be brought about: the host is quiet about the address before it has it.</summary>
    private List<Requirement> RequirementsOf(RealServerOptions options)
    {
        IReadOnlyList<string> interfaces = FindInterfaces(options);
        List<Requirement> requirements =
        [
            .. SettingRequirement.ArpIgnore(_host.Settings, interfaces),
            SettingRequirement.ArpAnnounce(_host.Settings),
        ];
        if (options.Mode == RealServerMode.Tunnel)
            requirements.AddRange(DecapsulationOf(options, interfaces));
        requirements.Add(LinkUpRequirement.Loopback(_host));
        foreach (IPAddress address in options.VirtualAddresses)
        {
            requirements.Add(new NoOtherHolderRequirement(_host, address));
            requirements.Add(new AddressRequirement(_host, address));
        }

        return requirements;
    }

    private IEnumerable<Requirement> DecapsulationOf(RealServerOptions options, IReadOnlyList<string> interfaces)
    {
        bool device = options.Decapsulator switch
        {
            Decapsulator.Device => true,
            Decapsulator.Program => false,
            _ => options.Directors.Count == 0 && _host.FindLink(TunnelDeviceRequirement.DeviceName) is not null,
        };
        if (!device)
        {
            return interfaces.SelectMany(name => (Requirement[])
            [
                SettingRequirement.LooseReversePathFilter(_host.Settings, name),
                new ProgramRequirement(_host, name, options),
            ]);
        }

        const string Tunnel = TunnelDeviceRequirement.DeviceName;
        return
        [
            new TunnelDeviceRequirement(_host),
            SettingRequirement.LooseReversePathFilter(_host.Settings, Tunnel),
            new LinkUpRequirement(_host, Tunnel, TunnelDeviceRequirement.Symptom),
        ];
    }
}
