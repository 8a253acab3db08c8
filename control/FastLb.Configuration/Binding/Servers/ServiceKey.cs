using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>What clients connect to.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Group">The group's name; null without a group.</param>
/// <param name="Endpoints">At least one.</param>
internal sealed record ServiceKey(string Name, string? Group, ValueList<VirtualEndpoint> Endpoints)
{
    /// <summary>The port of servers that name none: the service's, or 0 for that of whichever endpoint there is.</summary>
    public ushort ServerPort { get; } = Endpoints.All(endpoint => endpoint.Port == Endpoints[0].Port) ? Endpoints[0].Port : (ushort)0;

    /// <summary>The family of its addresses; null when it has firewall marks alone, whose packets may be of either.</summary>
    public AddressFamily? AddressFamily { get; } = Endpoints.FirstOrDefault(endpoint => endpoint.Mark == 0)?.Address.AddressFamily;
}

/// <summary>Reads what stands after <c>virtual_server</c>.</summary>
internal sealed class ServiceKeyReader(DiagnosticBag diagnostics, FeatureReporter features, ServerGroupBinder groups)
{
    /// <summary>Reads the parameters of one block.</summary>
    /// <returns>Null when they are faulty, which has been reported.</returns>
    public ServiceKey? Read(CheckedStatement block, TransportProtocol protocol)
    {
        if (block.Text(0) is "fwmark" or "group")
        {
            if (block.Has(1)) return block.Text(0) == "group" ? ReadGroup(block, protocol) : ReadMark(block);
            diagnostics.Add(DiagnosticCatalog.MissingParameter, block.Syntax.Span, $"'virtual_server {block.Text(0)}' lacks its parameter");
            return null;
        }

        if (EndpointReader.Read(block, diagnostics) is not var (address, port)) return null;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) features.Report(Features.Ipv6, $"virtual_server {block.Text(0)}", block.SpanOf(0));
        return new ServiceKey(new IPEndPoint(address, port).ToString(), null, [new VirtualEndpoint(address, port, protocol)]);
    }

    private ServiceKey? ReadMark(CheckedStatement block)
    {
        if (MarkReader.TryRead(block.Text(1), out uint mark)) return new ServiceKey($"fwmark {mark}", null, [VirtualEndpoint.ForMark(mark)]);
        diagnostics.Add(
            DiagnosticCatalog.InvalidValue, block.SpanOf(1), $"'{block.Text(1)}' is no firewall mark", $"expected {MarkReader.Expected}; the virtual_server is left out");
        return null;
    }

    private ServiceKey? ReadGroup(CheckedStatement block, TransportProtocol protocol)
    {
        string name = block.Text(1);
        if (groups.Find(name, protocol) is { Count: > 0 } members) return new ServiceKey($"group {name}", name, members);
        string fault = groups.Find(name, protocol) is null ? $"there is no virtual_server_group '{name}'" : $"the virtual_server_group '{name}' has no usable address";
        diagnostics.Add(DiagnosticCatalog.UnknownGroup, block.SpanOf(1), fault, "the virtual_server is left out");
        return null;
    }
}
