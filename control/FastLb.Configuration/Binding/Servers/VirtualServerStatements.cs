using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>Takes the statements of <c>virtual_server</c> one by one.</summary>
internal sealed class VirtualServerStatements(DiagnosticBag diagnostics, FeatureReporter features)
{
    /// <summary>What <c>persistence_timeout</c> without a parameter means, and what a service without port is given.</summary>
    public static readonly TimeSpan DefaultPersistence = TimeSpan.FromSeconds(360);

    private readonly ForwardingMethodReader _methods = new(diagnostics, features);
    private readonly NotifyScriptReader _scripts = new(diagnostics);

    /// <summary>Writes what <paramref name="statement"/> says into <paramref name="draft"/>.</summary>
    public void Apply(VirtualServerDraft draft, CheckedStatement statement)
    {
        draft.Probes = draft.Probes.With(statement);
        switch (statement.Name)
        {
            case "protocol":
                draft.Protocol = KeywordNames.ToProtocol(statement.Text(0));
                break;
            case "lb_kind" or "lvs_method":
                draft.Forwarding = _methods.Read(statement);
                break;
            case "ip_family":
                draft.Family = statement;
                break;
            case "weight":
                draft.Weight = (int)statement.Integer(0);
                break;
            case "inhibit_on_failure":
                draft.InhibitOnFailure = true;
                break;
            case "omega":
                draft.Omega = true;
                break;
            case "ha_suspend":
                draft.SuspendsChecks = true;
                break;
            case "quorum":
                draft.Quorum = statement;
                break;
            case "hysteresis":
                draft.Hysteresis = statement;
                break;
            case "real_server":
                draft.RealServers.Add(statement);
                break;
            default:
                ApplyScheduling(draft, statement);
                ApplyPersistence(draft, statement);
                ApplySorryServer(draft, statement);
                ApplyNotification(draft, statement);
                break;
        }
    }

    private void ApplyScheduling(VirtualServerDraft draft, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "lb_algo" or "lvs_sched":
                draft.Scheduler = KeywordNames.ToScheduler(statement.Text(0));
                break;
            case "sh-port" or "mh-port" or "flag-2":
                draft.HashesPort |= HasSchedulerOf(draft, statement);
                break;
            case "sh-fallback" or "mh-fallback" or "flag-1":
                draft.FallsBack |= HasSchedulerOf(draft, statement);
                break;
            case "flag-3":
                draft.HasThirdFlag = true;
                break;
            case "hashed":
                draft.IsHashed |= HasSchedulerOf(draft, statement);
                break;
            case "ops":
                draft.OnePacket = statement;
                break;
            default:
                break;
        }
    }

    private static void ApplyPersistence(VirtualServerDraft draft, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "persistence_timeout":
                draft.Persistence = statement.Has(0) ? statement.Seconds(0) : DefaultPersistence;
                break;
            case "persistence_granularity":
                draft.Granularity = statement;
                break;
            case "persistence_engine":
                draft.PersistenceEngine = statement.Text(0);
                break;
            default:
                break;
        }
    }

    private void ApplySorryServer(VirtualServerDraft draft, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "sorry_server":
                (draft.SorryServer, draft.SorryForwarding, draft.SorryInhibit) = (statement, null, false);
                break;
            case "sorry_server_lvs_method" or "sorry_server_inhibit" when draft.SorryServer is null:
                diagnostics.Add(
                    DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'{statement.Name}' stands before or without 'sorry_server'", "it is ignored; put it after");
                break;
            case "sorry_server_inhibit":
                draft.SorryInhibit = true;
                break;
            case "sorry_server_lvs_method":
                draft.SorryForwarding = _methods.Read(statement);
                break;
            default:
                break;
        }
    }

    private void ApplyNotification(VirtualServerDraft draft, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "quorum_up":
                draft.QuorumUp = _scripts.ReadFirst(draft.QuorumUp, statement);
                break;
            case "quorum_down":
                draft.QuorumDown = _scripts.ReadFirst(draft.QuorumDown, statement);
                break;
            case "virtualhost":
                draft.VirtualHost = statement.Text(0);
                break;
            case "smtp_alert":
                draft.SendsMail = statement.Switch(0);
                break;
            case "snmp_name":
                draft.SnmpName = statement.Text(0);
                break;
            default:
                break;
        }
    }

    /// <summary>Whether the scheduler of an option is set already, which keepalived wants; <c>flag-N</c> belongs to whichever there is, and others heed none.</summary>
    private bool HasSchedulerOf(VirtualServerDraft draft, CheckedStatement option)
    {
        Scheduler? wanted = option.Name switch
        {
            "hashed" when draft.Scheduler == Scheduler.MaglevHashing => null,
            "sh-port" or "sh-fallback" or "hashed" => Scheduler.SourceHashing,
            "mh-port" or "mh-fallback" => Scheduler.MaglevHashing,
            _ => null,
        };
        if (wanted is not { } scheduler || draft.Scheduler == scheduler) return true;
        string name = KeywordNames.Of(scheduler);
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, option.Syntax.Span, $"'{option.Name}' is only for the scheduler {name}, which is not set before it",
            $"it is ignored; put it after 'lb_algo {name}'");
        return false;
    }
}
