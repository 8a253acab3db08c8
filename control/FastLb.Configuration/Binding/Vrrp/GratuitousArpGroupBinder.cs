using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>garp_group</c>. Not thread-safe.</summary>
internal sealed class GratuitousArpGroupBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    private const int LongestInterface = 15;

    private readonly MemberListReader _members = new(diagnostics);
    private readonly Dictionary<string, SourceSpan> _taken = new(StringComparer.Ordinal);

    /// <summary>The groups so far, in the order of the file.</summary>
    public List<GratuitousArpGroup> Groups { get; } = [];

    /// <summary>Binds one block.</summary>
    public void Add(CheckedStatement block)
    {
        var group = new GratuitousArpGroup([]) { Origin = new Origin(block.Syntax.Span) };
        List<string> interfaces = [];
        foreach (CheckedStatement statement in reader.ReadBlock(block))
        {
            switch (statement.Name)
            {
                case "garp_interval":
                    group = group with { ArpInterval = statement.Time(0) };
                    break;
                case "gna_interval":
                    group = group with { NeighbourAdvertisementInterval = statement.Time(0) };
                    break;
                case "interface":
                    Take(interfaces, statement.Text(0), statement.SpanOf(0));
                    break;
                default:
                    foreach (Token member in _members.Read(statement.Block)) Take(interfaces, member.Text, member.Span);
                    break;
            }
        }

        if (interfaces.Count == 0 || (group.ArpInterval is null && group.NeighbourAdvertisementInterval is null))
        {
            diagnostics.Add(
                DiagnosticCatalog.IncompleteDefinition, block.Syntax.Span, interfaces.Count == 0 ? "the group names no interface" : "the group sets no interval",
                $"{(interfaces.Count == 0 ? "add 'interface NAME' or 'interfaces { … }'" : "add 'garp_interval' or 'gna_interval'")}; the group is left out");
            return;
        }

        Groups.Add(group with { Interfaces = [.. interfaces] });
    }

    private void Take(List<string> interfaces, string name, SourceSpan span)
    {
        if (name.Length is 0 or > LongestInterface)
        {
            diagnostics.Add(DiagnosticCatalog.InvalidValue, span, $"'{name}' is no interface's name", $"expected at most {LongestInterface} characters; it is left out");
        }
        else if (_taken.TryAdd(name, span))
        {
            interfaces.Add(name);
        }
        else
        {
            diagnostics.Add(DiagnosticCatalog.SharedMember, span, $"'{name}' is in a garp_group before, on {_taken[name].LineSeenFrom(span)}", "an interface is in one group only; it is left out of this one", _taken[name]);
        }
    }
}
