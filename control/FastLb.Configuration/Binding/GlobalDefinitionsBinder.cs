using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>Binds all blocks of <c>global_defs</c> into one. Not thread-safe.</summary>
internal sealed class GlobalDefinitionsBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    private const ushort SmtpPort = 25;

    /// <summary>The defaults under <c>vrrp_min_garp</c>: one message for each address, and no second burst.</summary>
    private static readonly GratuitousArpTiming LeastGratuitousArp = new() { MasterDelay = TimeSpan.Zero, MasterRepeat = 1 };

    private readonly ConnectionTimeoutsReader _timeouts = new(diagnostics);
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
        "notification_email" => global with { NotificationEmails = [.. global.NotificationEmails, .. Words(statement.Block)] },
        "notification_email_from" => global with { NotificationEmailFrom = statement.Text(0) },
        "smtp_server" => global with { SmtpServer = new SmtpServer(statement.Text(0), statement.Has(1) ? (ushort)statement.Integer(1) : SmtpPort) },
        "smtp_connect_timeout" => global with { SmtpConnectTimeout = statement.Seconds(0) },
        "vrrp_version" => global with { VrrpVersion = (int)statement.Integer(0) },
        "vrrp_mcast_group4" => global with { MulticastGroup = ReadGroup(statement) ?? global.MulticastGroup },
        "vrrp_startup_delay" => global with { StartupDelay = statement.Time(0) },
        "vrrp_down_timer_adverts" => global with { DownTimerAdvertisements = (int)statement.Integer(0) },
        "vrrp_lower_prio_no_advert" => global with { AnswersLowerPriority = !statement.Switch(0) },
        "vrrp_higher_prio_send_advert" => global with { AdvertisesBeforeYielding = statement.Switch(0) },
        "vrrp_garp_interval" => global with { GratuitousArpInterval = statement.Time(0) },
        "vrrp_gna_interval" => global with { NeighbourAdvertisementInterval = statement.Time(0) },
        "vrrp_skip_check_adv_addr" => global with { SkipCheckAdvertisementAddresses = statement.Switch(0) },
        "script_user" => global with { ScriptUser = NotifyScriptReader.ReadUser(statement.Text(0), statement.Has(1) ? statement.Text(1) : null) },
        "enable_script_security" => global with { ScriptSecurity = true },
        "lvs_timeouts" => global with { Timeouts = _timeouts.Apply(global.Timeouts, statement, first: 0) },
        "checker_log_all_failures" => global with { LogAllCheckFailures = statement.Switch(0) },
        _ => global,
    };

    private IPAddress? ReadGroup(CheckedStatement statement)
    {
        IPAddress address = statement.Address(0);
        if (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] is >= 224 and <= 239) return address;
        diagnostics.Add(DiagnosticCatalog.InvalidAddress, statement.SpanOf(0), $"'{statement.Text(0)}' is no IPv4 multicast group", "expected 224.0.0.0 to 239.255.255.255; the line is ignored");
        return null;
    }

    private static IEnumerable<string> Words(BlockSyntax block) =>
        block.Statements.Where(s => !s.IsUnreadable).SelectMany(s => s.Words).Select(w => w.Text);
}
