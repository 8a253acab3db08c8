using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>vrrp_instance</c>: each statement goes to the topic that knows it, and the topics then make the instance together.</summary>
internal sealed class VrrpInstanceBinder(DiagnosticBag diagnostics, StatementReader reader, VirtualAddressBinder addresses, RoutingTrackGroups groups, VrrpTrackersBinder trackers)
{
    /// <summary>Binds one block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="global">The defaults of instances.</param>
    /// <param name="defaultInterface">Where addresses are held that name no interface, of an instance that names none.</param>
    /// <returns>Null when the instance is left out; the reason has been reported.</returns>
    public VrrpInstance? Bind(CheckedStatement block, GlobalDefinitions global, string defaultInterface)
    {
        var held = new VrrpAddressTopic(diagnostics, addresses, groups, defaultInterface);
        var transport = new VrrpTransportTopic(diagnostics, global);

        // In the order in which they build on each other.
        IVrrpInstanceTopic[] topics =
        [
            held, transport, new VrrpElectionTopic(diagnostics, global), new VrrpTrackingTopic(diagnostics, trackers), new VrrpLinkLayerTopic(diagnostics),
            new VrrpAuthenticationTopic(diagnostics, reader), new VrrpEventTopic(diagnostics, global),
        ];
        (CheckedStatement? device, CheckedStatement? virtualRouterId) = (null, null);
        List<CheckedStatement> statements = [.. reader.Read(block.Block)];
        foreach (CheckedStatement statement in statements)
        {
            if (statement.Name == "interface") device = statement;
            else if (statement.Name == "virtual_router_id") virtualRouterId = statement;
            else if (!Array.Exists(topics, topic => topic.Apply(statement))) throw new InvalidOperationException($"No topic of vrrp_instance knows '{statement.Name}'.");
        }

        if (block.Arguments.Length != 1)
        {
            diagnostics.Add(DiagnosticCatalog.MissingName, block.Syntax.Span, "'vrrp_instance' must have a name of one word", "the instance is left out");
            return null;
        }

        if (device is null && !transport.IsUnicast)
        {
            ReportInterfaceMissing(block);
            held.BindAddresses(defaultInterface);
            return null;
        }

        if (virtualRouterId is null)
        {
            held.BindAddresses(device?.Text(0) ?? defaultInterface);
            diagnostics.Add(
                DiagnosticCatalog.VirtualRouterIdMissing, block.SpanOf(0), $"the instance '{block.Text(0)}' has no virtual router id", "add 'virtual_router_id' and 1 to 255; the instance is left out");
            return null;
        }

        var instance = new VrrpInstance
        {
            Name = block.Text(0),
            Origin = new Origin(block.SpanOf(0)),
            Interface = device?.Text(0) ?? string.Empty,
            InterfaceOrigin = new Origin(device?.SpanOf(0) ?? block.SpanOf(0)),
            VirtualRouterId = (byte)virtualRouterId.Integer(0),
        };
        instance = topics.Aggregate(instance, (made, topic) => topic.Resolve(made));
        if (instance.Interface.Length == 0 && (instance.SourceAddress is null || instance.Unicast.Peers.Count == 0))
        {
            ReportInterfaceMissing(block);
            return null;
        }

        if (instance.IsStrict ?? global.IsStrict) return new VrrpStrictRules(diagnostics).Hold(instance, statements);
        if (instance.VirtualAddresses.Count == 0 && !instance.NeedsNoAddress)
            diagnostics.Add(DiagnosticCatalog.NoVirtualAddress, instance.Origin.Span, $"the instance '{instance.Name}' has no virtual address", "add one to virtual_ipaddress");
        return instance;
    }

    private void ReportInterfaceMissing(CheckedStatement block)
    {
        SourceSpan span = block.SpanOf(0);
        diagnostics.Add(DiagnosticCatalog.InterfaceMissing, span, $"the instance '{block.Text(0)}' names no interface", "add 'interface NAME'");
    }
}
