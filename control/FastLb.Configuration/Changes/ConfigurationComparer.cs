using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Printing;

namespace FastLb.Configuration.Changes;

/// <summary>
/// Finds what differs between two configurations. It compares what they are printed as, resolved and with nothing left to defaults, so that nothing which the model has can be
/// missed, and a moved block or another spelling is no difference.
/// </summary>
public static class ConfigurationComparer
{
    private const string ServiceKeyword = "virtual_server", ServerKeyword = "real_server";

    /// <summary>What a reload from <paramref name="before"/> to <paramref name="after"/> changes.</summary>
    public static ConfigurationChanges Compare(DirectorConfiguration before, DirectorConfiguration after)
    {
        List<Item> old = ItemsOf(before), now = ItemsOf(after);
        List<ItemChange> changes = [];
        List<SettingChange> outside = CompareLines(LinesOf(before), LinesOf(after), BlockContext.Root, string.Empty);
        if (outside.Count > 0) changes.Add(new ItemChange(ChangeKind.Changed, string.Empty, string.Empty, [.. outside]));
        changes.AddRange(CompareItems(old, now, BlockContext.Root, after.Dataplane.ExpiresConnectionsOfRemovedServers));
        return new ConfigurationChanges([.. changes]);
    }

    private static IEnumerable<PrintedStatement> LinesOf(DirectorConfiguration configuration) =>
        ConfigurationPrinter.Write(configuration).Statements.Where(statement => statement.Block is null);

    /// <summary>The blocks outside all others. Virtual servers are told apart by their protocol, too, and stand in the order of the model.</summary>
    private static List<Item> ItemsOf(DirectorConfiguration configuration)
    {
        List<Item> items = [];
        int services = 0;
        foreach (PrintedStatement statement in ConfigurationPrinter.Write(configuration).Statements.Where(statement => statement.Block is not null))
        {
            if (statement.Keyword != ServiceKeyword)
            {
                items.Add(new Item(statement, statement.Parameters));
                continue;
            }

            VirtualServer service = configuration.VirtualServers[services++];
            string protocol = service.Group is null && service.Protocol == TransportProtocol.Any ? string.Empty : $" {KeywordNames.Of(service.Protocol)}";
            items.Add(new Item(statement, $"{statement.Parameters}{protocol}") { Service = service });
        }

        return items;
    }

    private static IEnumerable<ItemChange> CompareItems(List<Item> old, List<Item> now, BlockContext place, bool expiresConnections)
    {
        Dictionary<(string Keyword, string Name), Item> known = [];
        foreach (Item item in old) known.TryAdd(item.Key, item);
        HashSet<(string Keyword, string Name)> kept = [];
        foreach (Item item in now)
        {
            if (!kept.Add(item.Key)) continue; // no model has two of a name
            if (!known.TryGetValue(item.Key, out Item? former))
                yield return Whole(ChangeKind.Added, item, expiresConnections);
            else if (Compare(former, item, place, expiresConnections) is { } change)
                yield return change;
        }

        foreach (Item gone in old.Where(item => !kept.Contains(item.Key))) yield return Whole(ChangeKind.Removed, gone, expiresConnections);
    }

    private static ItemChange Whole(ChangeKind kind, Item item, bool expiresConnections) => new(kind, item.Statement.Keyword, item.Name, [])
    {
        Effect = ChangeEffects.OfItem(kind, item.Statement.Keyword, expiresConnections),
        Endpoints = item.Endpoints,
        Server = item.Server,
    };

    private static ItemChange? Compare(Item before, Item after, BlockContext place, bool expiresConnections)
    {
        string keyword = after.Statement.Keyword;
        BlockContext inside = KeywordTable.BodyOf(place, keyword) ?? BlockContext.Unknown;
        bool hasItems = keyword == ServiceKeyword;
        List<SettingChange> settings = CompareLines(
            before.Statement.Block!.Where(line => !hasItems || line.Keyword != ServerKeyword), after.Statement.Block!.Where(line => !hasItems || line.Keyword != ServerKeyword), inside, string.Empty);
        ItemChange[] items = hasItems ? [.. CompareItems(before.Servers(), after.Servers(), BlockContext.VirtualServer, expiresConnections)] : [];
        return settings.Count == 0 && items.Length == 0 ? null : new ItemChange(ChangeKind.Changed, keyword, after.Name, [.. settings])
        {
            Items = [.. items],
            Endpoints = before.Endpoints,
            Server = before.Server,
        };
    }

    /// <summary>Compares what stands in a block. A keyword that occurs once on either side is changed; of those that may occur again, lines come and go.</summary>
    private static List<SettingChange> CompareLines(IEnumerable<PrintedStatement> before, IEnumerable<PrintedStatement> after, BlockContext place, string path)
    {
        ILookup<string, PrintedStatement> old = before.ToLookup(line => line.Keyword, StringComparer.Ordinal), now = after.ToLookup(line => line.Keyword, StringComparer.Ordinal);
        List<SettingChange> changes = [];
        foreach (string keyword in now.Select(group => group.Key).Concat(old.Select(group => group.Key)).Distinct(StringComparer.Ordinal))
        {
            List<PrintedStatement> former = [.. old[keyword]], present = [.. now[keyword]];
            BlockContext inside = KeywordTable.BodyOf(place, keyword) ?? (place == BlockContext.VirtualAddresses ? BlockContext.AddressOption : BlockContext.Unknown);
            if (former.Concat(present).Any(line => line.Block is not null))
                changes.AddRange(CompareBlocks(former, present, place, inside, path));
            else if (former.Count <= 1 && present.Count <= 1)
                AddChange(changes, former.FirstOrDefault(), present.FirstOrDefault(), place, path);
            else
                AddComingAndGoing(changes, former, present, place, path);
        }

        return changes;
    }

    // Blocks of one kind within an item, such as its checks, have no names: each is compared with that at its place.
    private static IEnumerable<SettingChange> CompareBlocks(
        List<PrintedStatement> former, List<PrintedStatement> present, BlockContext place, BlockContext inside, string path)
    {
        for (int i = 0; i < Math.Max(former.Count, present.Count); i++)
        {
            PrintedStatement? before = i < former.Count ? former[i] : null, after = i < present.Count ? present[i] : null;
            PrintedStatement known = (after ?? before)!;
            string number = former.Count > 1 || present.Count > 1 ? $" #{i + 1}" : string.Empty;
            if (inside is not (BlockContext.Lines or BlockContext.VirtualAddresses) && (before is null || after is null))
            {
                string keyword = $"{path}{known.Keyword}{number}", shown = known.ParametersFor(SecretPrinting.Cover);
                yield return new SettingChange(keyword, before is null ? null : shown, after is null ? null : shown, EffectOf(place, known.Keyword, before, after));
                continue;
            }

            string title = known.Parameters.Length == 0 ? known.Keyword : known.LineFor(SecretPrinting.Cover);
            foreach (SettingChange change in CompareLines(before?.Block ?? [], after?.Block ?? [], inside, $"{path}{title}{number} "))
            {
                // Of a list the effect is that of the list.
                yield return inside is BlockContext.Lines or BlockContext.VirtualAddresses or BlockContext.AddressOption
                    ? change with { Effect = EffectOf(place, known.Keyword, change.Before is null ? null : known, change.After is null ? null : known) }
                    : change;
            }
        }
    }

    private static void AddComingAndGoing(
        List<SettingChange> changes, List<PrintedStatement> former, List<PrintedStatement> present, BlockContext place, string path)
    {
        foreach (PrintedStatement gone in former.Where(line => !present.Contains(line))) AddChange(changes, gone, null, place, path);
        foreach (PrintedStatement come in present.Where(line => !former.Contains(line))) AddChange(changes, null, come, place, path);
    }

    private static void AddChange(List<SettingChange> changes, PrintedStatement? before, PrintedStatement? after, BlockContext place, string path)
    {
        if (before == after) return;
        string keyword = (after ?? before)!.Keyword;
        changes.Add(new SettingChange(
            $"{path}{keyword}", before?.ParametersFor(SecretPrinting.Cover), after?.ParametersFor(SecretPrinting.Cover), EffectOf(place, keyword, before, after)));
    }

    private static ChangeEffect EffectOf(BlockContext place, string keyword, PrintedStatement? before, PrintedStatement? after) =>
        ChangeEffects.OfSetting(place, keyword, before?.Parameters, after?.Parameters);

    /// <summary>A block that has a name of its own.</summary>
    private sealed record Item(PrintedStatement Statement, string Name)
    {
        public VirtualServer? Service { get; init; }

        public RealServer? Server { get; init; }

        public (string Keyword, string Name) Key => (Statement.Keyword, Name);

        public ValueList<VirtualEndpoint> Endpoints => Service is null ? [] : [.. Service.Endpoints];

        /// <summary>The real servers of a virtual server, in the order of the model.</summary>
        public List<Item> Servers() =>
            [.. Statement.Block!.Where(line => line.Keyword == ServerKeyword).Zip(Service!.RealServers, (block, server) => new Item(block, block.Parameters) { Server = server })];
    }
}
