using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>vrrp_sync_group</c>. Its members are looked up once all instances are known. Not thread-safe.</summary>
internal sealed class VrrpSyncGroupBinder(DiagnosticBag diagnostics, StatementReader reader, VrrpTrackersBinder trackers)
{
    private readonly VrrpNotificationsBinder _notifications = new(diagnostics);
    private readonly MemberListReader _members = new(diagnostics);
    private readonly List<(VrrpSyncGroup Group, List<Token> Members, bool HasList)> _groups = [];
    private readonly Dictionary<string, VrrpSyncGroup> _byName = new(StringComparer.Ordinal);

    /// <summary>Binds one block.</summary>
    public void Add(CheckedStatement block)
    {
        var group = new VrrpSyncGroup(block.Text(0), []) { Origin = new Origin(block.SpanOf(0)) };
        List<Token> members = [];
        bool hasList = false;
        foreach (CheckedStatement statement in reader.ReadBlock(block))
        {
            if (statement.Name == "group" && hasList)
            {
                diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'{group.Name}' lists its members before", "the second list is ignored");
            }
            else if (statement.Name == "group")
            {
                hasList = true;
                members = _members.Read(statement.Block);
            }
            else
            {
                group = Apply(group, statement);
            }
        }

        if (!_byName.TryAdd(group.Name, group))
        {
            VrrpSyncGroup first = _byName[group.Name];
            diagnostics.Add(
                DiagnosticCatalog.DuplicateDefinition, block.SpanOf(0), $"the sync group '{group.Name}' is defined before, on {first.Origin.Span.LineSeenFrom(block.SpanOf(0))}", "the second is left out", first.Origin.Span);
            return;
        }

        _groups.Add((group, members, hasList));
    }

    /// <summary>The groups that have members among <paramref name="instances"/>, which are names.</summary>
    public ValueList<VrrpSyncGroup> Resolve(IReadOnlySet<string> instances)
    {
        Dictionary<string, VrrpSyncGroup> groupOf = new(StringComparer.Ordinal);
        List<VrrpSyncGroup> groups = [];
        foreach ((VrrpSyncGroup group, List<Token> members, bool hasList) in _groups)
        {
            List<string> found = [];
            foreach (Token member in members)
            {
                if (!IsFree(member, group, instances, groupOf)) continue;
                groupOf.Add(member.Text, group);
                found.Add(member.Text);
            }

            if (found.Count > 0) groups.Add(group with { Instances = [.. found] });
            if (found.Count < 2) ReportSmall(group, found.Count, hasList);
        }

        return [.. groups];
    }

    private VrrpSyncGroup Apply(VrrpSyncGroup group, CheckedStatement statement) => statement.Name switch
    {
        "smtp_alert" => group with { SendsMail = statement.Switch(0) },
        "notify_priority_changes" => group with { TellsPriorityChanges = statement.Switch(0) },
        "global_tracking" => group with { SharesTrackers = true },
        "sync_group_tracking_weight" => group with { KeepsWeights = true },
        _ => group with { Trackers = trackers.Apply(group.Trackers, statement), Notifications = _notifications.Apply(group.Notifications, statement) },
    };

    private bool IsFree(Token member, VrrpSyncGroup group, IReadOnlySet<string> instances, Dictionary<string, VrrpSyncGroup> groupOf)
    {
        if (!instances.Contains(member.Text))
        {
            string? nearest = NearestKeyword.Find(member.Text, instances);
            diagnostics.Add(
                DiagnosticCatalog.UnknownMember, member.Span, $"the sync group '{group.Name}' names '{member.Text}', and there is no such instance",
                $"{(nearest is null ? string.Empty : $"did you mean '{nearest}'? ")}it is left out of the group");
            return false;
        }

        if (!groupOf.TryGetValue(member.Text, out VrrpSyncGroup? other)) return true;
        diagnostics.Add(
            DiagnosticCatalog.SharedMember, member.Span, $"'{member.Text}' is in the sync group '{other.Name}' before", $"an instance is in one group only; it is left out of '{group.Name}'", other.Origin.Span);
        return false;
    }

    private void ReportSmall(VrrpSyncGroup group, int members, bool hasList)
    {
        SourceSpan span = group.Origin.Span;
        if (members == 1) diagnostics.Add(DiagnosticCatalog.SmallGroup, span, $"the sync group '{group.Name}' has one instance only", "with nothing to keep step with, it changes nothing");
        else diagnostics.Add(DiagnosticCatalog.SmallGroup, span, $"the sync group '{group.Name}' has no instance", hasList ? "it is left out" : "add 'group { … }' with the names of instances; it is left out");
    }
}
