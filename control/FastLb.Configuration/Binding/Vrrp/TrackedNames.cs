using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>The kinds of things that lines name.</summary>
internal enum TrackedKind
{
    Interface,
    Script,
    File,
    Process,
    Bfd,
    Group,
}

/// <summary>
/// The definitions that trackers name. keepalived reads a file from its top: a line cannot name what is defined below it. Names of one kind are unique. Not thread-safe.
/// </summary>
internal sealed class TrackedNames
{
    private readonly Dictionary<(TrackedKind Kind, string Name), SourceSpan> _announced = [];
    private readonly Dictionary<(TrackedKind Kind, string Name), (SourceSpan Span, TrackerWeight? Weight)> _defined = [];
    private readonly HashSet<(TrackedKind Kind, string Name)> _used = [], _hidden = [];

    /// <summary>Notes what the file defines anywhere, so that a line above a definition is told so.</summary>
    public void Announce(BlockSyntax root)
    {
        foreach (StatementSyntax statement in root.Statements)
        {
            TrackedKind? kind = statement.Keyword.Text switch
            {
                "vrrp_script" => TrackedKind.Script,
                "track_file" or "vrrp_track_file" => TrackedKind.File,
                "vrrp_track_process" => TrackedKind.Process,
                "bfd_instance" => TrackedKind.Bfd,
                "track_group" => TrackedKind.Group,
                _ => null,
            };
            if (kind is { } known && statement.Words.Length > 1) _announced.TryAdd((known, statement.Words[1].Text), statement.Words[1].Span);
        }
    }

    /// <summary>Where <paramref name="name"/> is defined already; null when it is not.</summary>
    public SourceSpan? Find(TrackedKind kind, string name) => _defined.TryGetValue((kind, name), out (SourceSpan Span, TrackerWeight? Weight) known) ? known.Span : null;

    /// <summary>Where <paramref name="name"/> is defined anywhere in the file; null when it is not.</summary>
    public SourceSpan? FindAnywhere(TrackedKind kind, string name) => _announced.TryGetValue((kind, name), out SourceSpan span) ? span : null;

    /// <summary>The names of one kind that a line can use so far.</summary>
    public IEnumerable<string> NamesOf(TrackedKind kind) => _defined.Keys.Where(key => key.Kind == kind).Select(key => key.Name);

    /// <summary>Adds a definition; the first of a name counts.</summary>
    public void Define(TrackedKind kind, string name, SourceSpan span, TrackerWeight? weight = null) => _defined.TryAdd((kind, name), (span, weight));

    /// <summary>Keeps a definition from virtual routers, which checks alone are told of.</summary>
    public void Hide(TrackedKind kind, string name) => _hidden.Add((kind, name));

    /// <summary>True when virtual routers are not told of it.</summary>
    public bool IsHidden(TrackedKind kind, string name) => _hidden.Contains((kind, name));

    /// <summary>Notes that something tracks <paramref name="name"/>.</summary>
    public void Use(TrackedKind kind, string name) => _used.Add((kind, name));

    /// <summary>The weight of a line: its own, else that of the definition, else 0.</summary>
    public TrackerWeight WeightOf(TrackedKind kind, Tracker tracker) => tracker.Weight ?? WeightOf(kind, tracker.Name);

    /// <summary>The weight of a definition; 0 for what has none.</summary>
    public TrackerWeight WeightOf(TrackedKind kind, string name) =>
        (_defined.TryGetValue((kind, name), out (SourceSpan Span, TrackerWeight? Weight) known) ? known.Weight : null) ?? new TrackerWeight(0, IsReversed: false);

    /// <summary>The definitions of one kind that nothing tracks.</summary>
    public IEnumerable<(string Name, SourceSpan Span)> UnusedOf(TrackedKind kind) =>
        _defined.Where(definition => definition.Key.Kind == kind && !_used.Contains(definition.Key)).Select(definition => (definition.Key.Name, definition.Value.Span));
}
