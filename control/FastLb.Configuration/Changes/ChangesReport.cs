using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastLb.Configuration.Changes;

/// <summary>How many connections an item has now.</summary>
/// <param name="service">The virtual server.</param>
/// <param name="server">One of its real servers; null for all of them.</param>
public delegate long ConnectionCount(ItemChange service, ItemChange? server);

/// <summary>
/// Writes what differs between two configurations: <c>+</c>, <c>-</c> and <c>~</c> for what comes, goes and changes, and below it what that means. Secrets are covered.
/// </summary>
public static class ChangesReport
{
    private const int IndentWidth = 4;

    /// <summary>For people; lines end in a line feed.</summary>
    /// <param name="changes">What differs.</param>
    /// <param name="count">Tells the connections of services and servers; null when nobody knows.</param>
    public static string Render(ConfigurationChanges changes, ConnectionCount? count = null)
    {
        var text = new StringBuilder();
        foreach (ItemChange item in changes.Items) Append(text, item, null, count, depth: 0);
        text.Append(changes.Summary);
        if (count is not null && !changes.IsEmpty) text.Append(CultureInfo.InvariantCulture, $"; {Connections(Affected(changes, count))} affected");
        return text.Append('\n').ToString();
    }

    /// <summary>For programs: a JSON object.</summary>
    /// <param name="changes">What differs.</param>
    /// <param name="count">As above.</param>
    public static string RenderJson(ConfigurationChanges changes, ConnectionCount? count = null) => JsonSerializer.Serialize(
        new ChangesEntry([.. changes.Items.Select(item => ToEntry(item, null, count))], changes.Summary, count is null || changes.IsEmpty ? null : Affected(changes, count)),
        ChangesJsonContext.Default.ChangesEntry);

    /// <summary>Open connections that end or pause, each counted once.</summary>
    private static long Affected(ConfigurationChanges changes, ConnectionCount count) => changes.Items.Where(item => item.Endpoints.Count > 0 && item.Kind != ChangeKind.Added)
        .Sum(service => Touches(service) ? count(service, null) : service.Items.Where(Touches).Sum(server => count(service, server)));

    private static bool Touches(ItemChange item) => item.Impact is ChangeImpact.OpenConnections or ChangeImpact.Pause;

    private static void Append(StringBuilder text, ItemChange item, ItemChange? service, ConnectionCount? count, int depth)
    {
        string title = item.Keyword.Length == 0 ? "outside all blocks" : $"{item.Keyword} {item.Name}".TrimEnd();
        string connections = CountOf(item, service, count) is { } known ? $": {Connections(known)}" : string.Empty;
        text.Append(' ', depth * IndentWidth).Append(CultureInfo.InvariantCulture, $"{Sign(item.Kind)} {title}{connections}\n");
        if (item.Effect is { } effect) AppendEffect(text, effect, depth + 1);
        foreach (SettingChange setting in item.Settings) Append(text, setting, depth + 1);
        foreach (ItemChange inner in item.Items) Append(text, inner, item, count, depth + 1);
    }

    private static void Append(StringBuilder text, SettingChange setting, int depth)
    {
        string values = setting.Kind == ChangeKind.Changed ? $"{setting.Before} -> {setting.After}" : setting.Before ?? setting.After ?? string.Empty;
        text.Append(' ', depth * IndentWidth).Append($"{Sign(setting.Kind)} {setting.Keyword} {values}".TrimEnd()).Append('\n');
        AppendEffect(text, setting.Effect, depth + 1);
    }

    private static void AppendEffect(StringBuilder text, ChangeEffect effect, int depth) =>
        text.Append(' ', depth * IndentWidth).Append(effect.Explanation).Append('\n');

    private static long? CountOf(ItemChange item, ItemChange? service, ConnectionCount? count)
    {
        if (count is null || item.Kind == ChangeKind.Added) return null;
        if (item.Server is not null && service is not null) return count(service, item);
        return item.Endpoints.Count > 0 ? count(item, null) : null;
    }

    private static string Connections(long count) => count == 1 ? "1 open connection" : string.Create(CultureInfo.InvariantCulture, $"{count} open connections");

    private static char Sign(ChangeKind kind) => kind switch
    {
        ChangeKind.Added => '+',
        ChangeKind.Removed => '-',
        _ => '~',
    };

    private static ItemEntry ToEntry(ItemChange item, ItemChange? service, ConnectionCount? count) => new(
        item.Kind, item.Keyword, item.Name, item.Impact, item.Effect?.Explanation, CountOf(item, service, count),
        [.. item.Settings.Select(s => new SettingEntry(s.Kind, s.Keyword, s.Before, s.After, s.Effect.Impact, s.Effect.Explanation))],
        [.. item.Items.Select(inner => ToEntry(inner, item, count))]);
}

/// <summary>All changes in JSON.</summary>
internal sealed record ChangesEntry(ItemEntry[] Items, string Summary, long? ConnectionsAffected);

/// <summary>An item in JSON.</summary>
internal sealed record ItemEntry(
    ChangeKind Kind, string Keyword, string Name, ChangeImpact Impact, string? Explanation, long? Connections, SettingEntry[] Settings, ItemEntry[] Items);

/// <summary>A line in JSON.</summary>
internal sealed record SettingEntry(ChangeKind Kind, string Keyword, string? Before, string? After, ChangeImpact Impact, string Explanation);

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(ChangesEntry))]
internal sealed partial class ChangesJsonContext : JsonSerializerContext;
