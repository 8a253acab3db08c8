using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>
/// Strict mode (<c>vrrp_strict</c>, <c>strict_mode</c>): what departs from RFC 3768 and RFC 9568 is set back with a warning, as keepalived 2.2.7 does. The initial state is
/// <see cref="VrrpElectionTopic"/>'s affair, because preemption depends on it.
/// </summary>
internal sealed class VrrpStrictRules(DiagnosticBag diagnostics)
{
    /// <summary>RFC 3768 section 6.1, Master_Down_Interval.</summary>
    private const int DownTimerAdvertisements = 3;

    /// <summary>Holds an instance to the rules.</summary>
    /// <param name="instance">The instance, complete but for them.</param>
    /// <param name="statements">Its statements, which say where that stands that is set back.</param>
    public VrrpInstance Hold(VrrpInstance instance, IEnumerable<CheckedStatement> statements)
    {
        var lines = statements.GroupBy(statement => statement.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        CheckAddresses(instance);
        CheckTransport(instance, lines);
        return HoldLink(HoldAnswers(HoldElection(instance, lines), lines), lines);
    }

    private void CheckAddresses(VrrpInstance instance)
    {
        if (instance.VirtualAddresses.FirstOrDefault(address => address.IsAdvertised) is not { } first)
        {
            diagnostics.Add(
                DiagnosticCatalog.AddressRequired, instance.Origin.Span, $"the instance '{instance.Name}' advertises no address, and strict mode requires one", "add one to virtual_ipaddress");
        }
        else if (first.Address.AddressFamily == AddressFamily.InterNetworkV6 && !first.Address.IsIPv6LinkLocal && instance.Unicast.Peers.Count == 0)
        {
            diagnostics.Add(
                DiagnosticCatalog.ConflictingSetting, first.Origin.Span, $"'{first.Address}' stands first, where strict mode requires a link-local address", "put one of fe80::/10 before it (RFC 5798 section 5.2.9)");
        }
    }

    /// <summary>keepalived 2.2.7 goes on with peers, although its manual says otherwise; other versions of it end.</summary>
    private void CheckTransport(VrrpInstance instance, Dictionary<string, CheckedStatement> lines)
    {
        if (instance.Unicast.Peers.Count > 0 && instance.Interface.Length > 0)
            Report(lines["unicast_peer"], "'unicast_peer' does not go with strict mode", "advertisements travel to the peers all the same, but RFC 9568 knows multicast alone");
        if (instance.AddressFamily == AddressFamily.InterNetworkV6 && lines.TryGetValue("version", out CheckedStatement? version) && version.Integer(0) == 2)
            Report(version, "version 2 does not go with addresses of IPv6", "version 3 is used");
    }

    private VrrpInstance HoldElection(VrrpInstance instance, Dictionary<string, CheckedStatement> lines)
    {
        if (instance.PreemptDelay > TimeSpan.Zero) Report(lines["preempt_delay"], "'preempt_delay' does not go with strict mode", "it is ignored");
        if (instance.DownTimerAdvertisements != DownTimerAdvertisements)
        {
            SourceSpan span = lines.TryGetValue("down_timer_adverts", out CheckedStatement? own) ? own.Syntax.Span : instance.Origin.Span;
            string keyword = own is null ? "vrrp_down_timer_adverts" : "down_timer_adverts";
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, span, $"'{keyword} {instance.DownTimerAdvertisements}' does not go with strict mode", $"{DownTimerAdvertisements} is used");
        }

        if (instance.Authentication is not null) Report(lines["authentication"], "'authentication' does not go with strict mode", "it is ignored (RFC 3768 section 5.3.6)");
        return instance with { PreemptDelay = TimeSpan.Zero, DownTimerAdvertisements = DownTimerAdvertisements, Authentication = null, Accepts = ResolveAcceptance(instance, lines) };
    }

    /// <summary>Only the owner answers at the addresses (RFC 3768 section 6.4.3), which version 3 leaves to Accept_Mode (RFC 9568 section 6.1).</summary>
    private bool? ResolveAcceptance(VrrpInstance instance, Dictionary<string, CheckedStatement> lines)
    {
        if (instance.Priority == VrrpInstance.OwnerPriority) return instance.Accepts;
        if (instance.Accepts is null) return false;
        if (instance is { Accepts: false } or { Version: 3 }) return instance.Accepts;
        Report(lines["accept"], "'accept' does not go with strict mode and version 2", "it is ignored: only the owner answers at the addresses");
        return false;
    }

    /// <summary>What a master does beside advertising at its interval when it hears another one.</summary>
    private VrrpInstance HoldAnswers(VrrpInstance instance, Dictionary<string, CheckedStatement> lines)
    {
        foreach (string keyword in (string[])["garp_lower_prio_repeat", "garp_lower_prio_delay"])
        {
            if (lines.TryGetValue(keyword, out CheckedStatement? arp) && arp.Integer(0) > 0) Report(arp, $"'{keyword}' does not go with strict mode", "0 is used");
        }

        if (lines.TryGetValue("lower_prio_no_advert", out CheckedStatement? lower) && !lower.Switch(0)) Report(lower, "'lower_prio_no_advert off' does not go with strict mode", "it is on");
        if (lines.TryGetValue("higher_prio_send_advert", out CheckedStatement? higher) && higher.Switch(0)) Report(higher, "'higher_prio_send_advert' does not go with strict mode", "it is off");
        return instance with
        {
            AnswersLowerPriority = false,
            AdvertisesBeforeYielding = false,
            GratuitousArp = instance.GratuitousArp with { LowerPriorityRepeat = 0, LowerPriorityDelay = TimeSpan.Zero },
        };
    }

    private VrrpInstance HoldLink(VrrpInstance instance, Dictionary<string, CheckedStatement> lines)
    {
        if (instance.VirtualMac is not { } mac) return instance;
        if (mac.MacAddress is not null) Report(lines["use_vmac"], $"the MAC address {mac.MacAddress} does not go with strict mode", "that of the virtual router id is used (RFC 5798 section 7.3)");
        bool needsBase = instance.Unicast.Peers.Count > 0;
        if (instance.AdvertisesOnBase && !needsBase) Report(lines["vmac_xmit_base"], "'vmac_xmit_base' does not go with strict mode", "it is ignored");
        return instance with { VirtualMac = mac with { MacAddress = null }, AdvertisesOnBase = needsBase };
    }

    private void Report(CheckedStatement statement, string message, string hint) => diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, message, hint);
}
