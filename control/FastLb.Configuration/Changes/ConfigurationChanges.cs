using FastLb.Configuration.Model;

namespace FastLb.Configuration.Changes;

/// <summary>All that differs between two configurations, in the order of the printed form; what goes away stands last.</summary>
public sealed record ConfigurationChanges(ValueList<ItemChange> Items)
{
    private static readonly (string Keyword, string Singular, string Plural)[] Counted =
    [
        ("virtual_server", "virtual server", "virtual servers"), ("real_server", "real server", "real servers"), ("vrrp_instance", "VRRP instance", "VRRP instances"),
    ];

    /// <summary>Whether both mean the same.</summary>
    public bool IsEmpty => Items.Count == 0;

    /// <summary>How many items come, go and change, in one line.</summary>
    public string Summary
    {
        get
        {
            if (IsEmpty) return "nothing changes";
            ItemChange[] all = [.. Items, .. Items.SelectMany(item => item.Items)];
            List<string> parts = [.. Counted.SelectMany(item => Count(all.Where(change => change.Keyword == item.Keyword), item.Singular, item.Plural))];
            int others = all.Count(change => Counted.All(item => item.Keyword != change.Keyword));
            if (others > 0) parts.Add($"{others} other block{(others == 1 ? string.Empty : "s")} changed");
            return string.Join(", ", parts);
        }
    }

    private static IEnumerable<string> Count(IEnumerable<ItemChange> changes, string singular, string plural) =>
        changes.GroupBy(change => change.Kind).OrderBy(sort => sort.Key).Select(sort => $"{sort.Count()} {(sort.Count() == 1 ? singular : plural)} {sort.Key.ToString().ToLowerInvariant()}");
}
