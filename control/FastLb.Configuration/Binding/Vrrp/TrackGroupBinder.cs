using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>track_group</c> outside of lines. Its members are looked up once all instances are known. Not thread-safe.</summary>
internal sealed class TrackGroupBinder(DiagnosticBag diagnostics, StatementReader reader, TrackedNames names)
{
    private readonly MemberListReader _members = new(diagnostics);
    private readonly List<(TrackGroup Group, List<Token> Members)> _groups = [];

    /// <summary>Binds one block.</summary>
    public void Add(CheckedStatement block)
    {
        string name = block.Text(0);
        List<CheckedStatement> lists = reader.ReadBlock(block);
        if (names.Find(TrackedKind.Group, name) is { } first)
        {
            diagnostics.Add(DiagnosticCatalog.DuplicateDefinition, block.SpanOf(0), $"the track group '{name}' is defined before, on {first.LineSeenFrom(block.SpanOf(0))}", "the second is left out", first);
            return;
        }

        names.Define(TrackedKind.Group, name, block.SpanOf(0));
        _groups.Add((new TrackGroup(name, []) { Origin = new Origin(block.SpanOf(0)) }, [.. lists.SelectMany(list => _members.Read(list.Block)).DistinctBy(member => member.Text)]));
    }

    /// <summary>The groups, with those of their members that are among <paramref name="instances"/>, which are names.</summary>
    public ValueList<TrackGroup> Resolve(IReadOnlySet<string> instances)
    {
        List<TrackGroup> groups = [];
        foreach ((TrackGroup group, List<Token> members) in _groups)
        {
            List<string> found = [];
            foreach (Token member in members)
            {
                if (instances.Contains(member.Text)) found.Add(member.Text);
                else ReportUnknown(member, group, instances);
            }

            groups.Add(group with { Instances = [.. found] });
        }

        return [.. groups];
    }

    private void ReportUnknown(Token member, TrackGroup group, IReadOnlySet<string> instances)
    {
        string? nearest = NearestKeyword.Find(member.Text, instances);
        diagnostics.Add(
            DiagnosticCatalog.UnknownMember, member.Span, $"the track group '{group.Name}' names '{member.Text}', and there is no such instance",
            $"{(nearest is null ? string.Empty : $"did you mean '{nearest}'? ")}it is left out of the group");
    }
}
