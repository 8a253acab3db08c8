using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds all blocks of <c>global_defs</c> into one. Not thread-safe.</summary>
internal sealed class GlobalDefinitionsBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    /// <summary>The defaults under <c>vrrp_min_garp</c>: one message for each address, and no second burst.</summary>
    private static readonly GratuitousArpTiming LeastGratuitousArp = new() { MasterDelay = TimeSpan.Zero, MasterRepeat = 1 };

    private readonly ConnectionTimeoutsReader _timeouts = new(diagnostics);
    private readonly ConnectionSynchronisationReader _synchronisation = new(diagnostics);
    private readonly DirectorScriptsBinder _scripts = new(diagnostics);
    private readonly ExtraGratuitousArpReader _extraReader = new(diagnostics);
    private readonly EventPipesBinder _pipes = new(diagnostics);
    private readonly List<CheckedStatement> _statements = [];
    private GlobalDefinitions _global = new();

    /// <summary>Adds what one block says to what earlier ones said.</summary>
    public void Add(CheckedStatement block)
    {
        foreach (CheckedStatement statement in reader.Read(block.Block))
        {
            _statements.Add(statement);
            _global = Apply(_global, statement);
        }
    }

    /// <summary>What all blocks say.</summary>
    public GlobalDefinitions Resolve()
    {
        // vrrp_min_garp changes defaults alone, wherever it stands.
        bool isLeast = _statements.LastOrDefault(s => s.Name == "vrrp_min_garp")?.Switch(0) == true;
        return _global with { GratuitousArp = _statements.Aggregate(isLeast ? LeastGratuitousArp : new GratuitousArpTiming(), GratuitousArpBinder.Apply) };
    }

    private GlobalDefinitions Apply(GlobalDefinitions global, CheckedStatement statement) => statement.Name switch
    {
        // keepalived takes the first word alone.
        "router_id" => global with { RouterId = statement.Text(0) },
        "vrrp_version" => global with { VrrpVersion = (int)statement.Integer(0) },
        "vrrp_mcast_group4" => global with { MulticastGroup = ReadGroup(statement, AddressFamily.InterNetwork) ?? global.MulticastGroup },
        "vrrp_mcast_group6" => global with { MulticastGroup6 = ReadGroup(statement, AddressFamily.InterNetworkV6) ?? global.MulticastGroup6 },
        "vrrp_startup_delay" => global with { StartupDelay = statement.Time(0) },
        "vrrp_delay_after_boot" => global with { DelayAfterBoot = statement.Time(0) },
        "vrrp_down_timer_adverts" => global with { DownTimerAdvertisements = (int)statement.Integer(0) },
        "vrrp_lower_prio_no_advert" => global with { AnswersLowerPriority = !statement.Switch(0) },
        "vrrp_higher_prio_send_advert" => global with { AdvertisesBeforeYielding = statement.Switch(0) },
        "vrrp_garp_interval" => global with { GratuitousArpInterval = statement.Time(0) },
        "vrrp_gna_interval" => global with { NeighbourAdvertisementInterval = statement.Time(0) },
        "vrrp_garp_extra_if" or "vrrp_vmac_garp_intvl" => global with { ExtraGratuitousArp = _extraReader.Read(statement) ?? global.ExtraGratuitousArp },
        "vrrp_skip_check_adv_addr" => global with { SkipCheckAdvertisementAddresses = statement.Switch(0) },
        "vrrp_check_unicast_src" => global with { ChecksUnicastSource = statement.Switch(0) },
        "v3_checksum_as_v2" => global with { ChecksumAsVersion2 = statement.Switch(0) },
        "vrrp_owner_ignore_adverts" => global with { OwnerIgnoresAdvertisements = statement.Switch(0) },
        "vrrp_strict" => global with { IsStrict = true },
        "vrrp_notify_priority_changes" => global with { NotifiesPriorityChanges = statement.Switch(0) },
        "default_interface" => global with { DefaultInterface = statement.Text(0) },
        "script_user" => global with { ScriptUser = NotifyScriptReader.ReadUser(statement.Text(0), statement.Has(1) ? statement.Text(1) : null) },
        "enable_script_security" => global with { ScriptSecurity = true },
        "set_supplementary_groups" => global with { ScriptsHaveAllGroups = true },
        "lvs_timeouts" => global with { Timeouts = _timeouts.Apply(global.Timeouts, statement, first: 0) },
        "lvs_sync_daemon" => global with { ConnectionSynchronisation = _synchronisation.Read(statement) ?? global.ConnectionSynchronisation },
        "lvs_flush" => global with { FlushesKernelServices = true },
        "lvs_flush_on_stop" or "lvs_flush_onstop" => global with { FlushAtStop = statement.Has(0) ? KernelFlush.VirtualServers : KernelFlush.All },
        "checker_log_all_failures" => global with { LogAllCheckFailures = statement.Switch(0) },
        "vrrp_min_garp" => global,
        _ when GratuitousArpBinder.IsKeyword(statement.Name) => global,
        _ when MailBinder.Apply(global.Mail, statement) is { } mail => global with { Mail = mail },
        _ when _scripts.Apply(global.Scripts, statement) is { } scripts => global with { Scripts = scripts },
        _ when _pipes.Apply(global.EventPipes, statement) is { } pipes => global with { EventPipes = pipes },
        _ => global with { Settings = SettingList.With(global.Settings, statement) },
    };

    private IPAddress? ReadGroup(CheckedStatement statement, AddressFamily family)
    {
        IPAddress address = statement.Address(0);
        byte first = address.GetAddressBytes()[0];
        if (address.AddressFamily == family && (family == AddressFamily.InterNetwork ? first is >= 224 and <= 239 : first == 0xFF)) return address;
        (string kind, string range) = family == AddressFamily.InterNetwork ? ("IPv4", "224.0.0.0 to 239.255.255.255") : ("IPv6", "an address in ff00::/8");
        diagnostics.Add(DiagnosticCatalog.InvalidAddress, statement.SpanOf(0), $"'{statement.Text(0)}' is no {kind} multicast group", $"expected {range}; the line is ignored");
        return null;
    }
}
