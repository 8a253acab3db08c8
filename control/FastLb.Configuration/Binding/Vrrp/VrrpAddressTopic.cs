using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>What an instance holds while it is master: addresses, routes and rules.</summary>
/// <param name="diagnostics">Where faults go.</param>
/// <param name="binder">Binds the lines.</param>
/// <param name="groups">For the lines of routes and rules.</param>
/// <param name="defaultInterface">Where addresses are held that name no interface, of an instance that names none.</param>
internal sealed class VrrpAddressTopic(DiagnosticBag diagnostics, VirtualAddressBinder binder, RoutingTrackGroups groups, string defaultInterface) : IVrrpInstanceTopic
{
    private readonly RouteReader _routes = new(diagnostics, groups);
    private readonly RuleReader _rules = new(diagnostics, groups);
    private readonly List<BlockSyntax> _advertised = [], _excluded = [];
    private readonly List<RouteDefinition> _readRoutes = [];
    private readonly List<RuleDefinition> _readRules = [];
    private bool _needsNoAddress, _promotesSecondaries;

    /// <inheritdoc/>
    public bool Apply(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "virtual_ipaddress":
                _advertised.Add(statement.Block);
                return true;
            case "virtual_ipaddress_excluded":
                _excluded.Add(statement.Block);
                return true;
            case "no_virtual_ipaddress":
                _needsNoAddress = true;
                return true;
            case "promote_secondaries":
                _promotesSecondaries = true;
                return true;
            case "virtual_routes":
                _readRoutes.AddRange(_routes.Read(statement));
                return true;
            case "virtual_rules":
                _readRules.AddRange(_rules.Read(statement));
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public VrrpInstance Resolve(VrrpInstance instance)
    {
        return instance with
        {
            VirtualAddresses = BindAddresses(instance.Interface.Length > 0 ? instance.Interface : defaultInterface),
            NeedsNoAddress = _needsNoAddress,
            PromotesSecondaries = _promotesSecondaries,
            Routes = [.. _readRoutes],
            Rules = [.. _readRules],
        };
    }

    /// <summary>Binds the addresses of an instance that is left out, for their faults.</summary>
    public ValueList<VirtualAddress> BindAddresses(string device)
    {
        List<VirtualAddress> addresses = [];
        HashSet<(IPAddress Address, string Device)> seen = [];
        AddressFamily? family = null;
        foreach ((BlockSyntax block, bool isAdvertised) in _advertised.Select(b => (b, true)).Concat(_excluded.Select(b => (b, false))))
        {
            foreach (StatementSyntax line in block.Statements)
            {
                if (binder.Bind(line, device, isAdvertised) is not { } address) continue;
                if (isAdvertised) family ??= address.Address.AddressFamily;
                if (isAdvertised && family != address.Address.AddressFamily)
                {
                    diagnostics.Add(
                        DiagnosticCatalog.AddressFamilyMismatch, line.Keyword.Span, $"'{line.Keyword.Text}' is not of the family of the instance's first address",
                        "advertised addresses are all IPv4 or all IPv6; the address is left out");
                }
                else if (!seen.Add((address.Address, address.Device)))
                {
                    diagnostics.Add(DiagnosticCatalog.DuplicateAddress, line.Keyword.Span, $"'{line.Keyword.Text}' is listed before", "the second is left out");
                }
                else
                {
                    addresses.Add(address);
                }
            }
        }

        return [.. addresses];
    }
}
