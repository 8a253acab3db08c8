using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>Binds <c>global_defs</c>.</summary>
internal static class GlobalDefinitionsBinder
{
    private const ushort SmtpPort = 25;

    /// <summary>Adds what one block says to what earlier ones said.</summary>
    public static GlobalDefinitions Bind(CheckedStatement block, GlobalDefinitions soFar, StatementReader reader)
    {
        GlobalDefinitions global = soFar;
        foreach (CheckedStatement statement in reader.Read(block.Block))
        {
            global = Apply(global, statement) with { GratuitousArp = GratuitousArpBinder.Apply(global.GratuitousArp, statement) };
        }

        return global;
    }

    private static GlobalDefinitions Apply(GlobalDefinitions global, CheckedStatement statement) => statement.Name switch
    {
        // keepalived takes the first word alone.
        "router_id" => global with { RouterId = statement.Text(0) },
        "notification_email" => global with { NotificationEmails = [.. global.NotificationEmails, .. Words(statement.Block)] },
        "notification_email_from" => global with { NotificationEmailFrom = statement.Text(0) },
        "smtp_server" => global with { SmtpServer = new SmtpServer(statement.Text(0), statement.Has(1) ? (ushort)statement.Integer(1) : SmtpPort) },
        "smtp_connect_timeout" => global with { SmtpConnectTimeout = statement.Seconds(0) },
        "vrrp_version" => global with { VrrpVersion = (int)statement.Integer(0) },
        "vrrp_garp_interval" => global with { GratuitousArpInterval = statement.Time(0) },
        "vrrp_gna_interval" => global with { NeighbourAdvertisementInterval = statement.Time(0) },
        "vrrp_skip_check_adv_addr" => global with { SkipCheckAdvertisementAddresses = statement.Switch(0) },
        _ => global,
    };

    private static IEnumerable<string> Words(BlockSyntax block) =>
        block.Statements.Where(s => !s.IsUnreadable).SelectMany(s => s.Words).Select(w => w.Text);
}
