using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>The interfaces that are made for an instance. It comes after <see cref="VrrpTransportTopic"/>.</summary>
internal sealed class VrrpLinkLayerTopic(DiagnosticBag diagnostics) : IVrrpInstanceTopic
{
    private readonly VirtualLinkReader _reader = new(diagnostics);
    private CheckedStatement? _macStatement, _ipvlanStatement, _baseStatement;
    private VirtualMac? _mac;
    private VirtualIpvlan? _ipvlan;
    private bool _forAddresses;

    /// <inheritdoc/>
    public bool Apply(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "use_vmac":
                _macStatement = statement;
                _mac = _reader.ReadMac(statement);
                return true;
            case "use_ipvlan":
                _ipvlanStatement = statement;
                _ipvlan = _reader.ReadIpvlan(statement);
                return true;
            case "vmac_xmit_base":
                _baseStatement = statement;
                return true;
            case "use_vmac_addr":
                _forAddresses = true;
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public VrrpInstance Resolve(VrrpInstance instance)
    {
        if ((_macStatement ?? _ipvlanStatement) is { } statement && instance.Interface.Length == 0)
        {
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'{statement.Name}' stands in an instance without interface", "it is ignored");
            (_mac, _ipvlan) = (null, null);
        }

        foreach (VirtualAddress address in instance.VirtualAddresses.Where(address => address.UsesVirtualMac && _mac is not null && address.Device == instance.Interface))
        {
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, address.Origin.Span, $"'use_vmac' of {address.Address} says again what 'use_vmac' of the instance says", "write it once");
        }

        return instance with { VirtualMac = _mac, Ipvlan = _ipvlan, UsesVirtualMacForAddresses = _forAddresses, AdvertisesOnBase = ResolveBase(instance) };
    }

    private bool ResolveBase(VrrpInstance instance)
    {
        bool hasLink = _mac is not null || _ipvlan is not null;
        if (_baseStatement is { } statement && !hasLink)
        {
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, "'vmac_xmit_base' stands without a virtual MAC", "add 'use_vmac'; it is ignored");
            return false;
        }

        if (_baseStatement is not null || !hasLink || instance.Unicast.Peers.Count == 0) return _baseStatement is not null;
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, (_macStatement ?? _ipvlanStatement)!.Syntax.Span, "advertisements to single peers travel on the interface itself", "add 'vmac_xmit_base', which is taken for set");
        return true;
    }
}
