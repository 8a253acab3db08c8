using System.Globalization;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Reads the lines of <c>virtual_rules</c> and <c>static_rules</c>.</summary>
internal sealed class RuleReader(DiagnosticBag diagnostics, RoutingTrackGroups groups)
{
    private static readonly string[] TypeWords = ["blackhole", "unreachable", "prohibit"];

    /// <summary>Reads all lines of <paramref name="list"/>.</summary>
    public IEnumerable<RuleDefinition> Read(CheckedStatement list)
    {
        foreach (StatementSyntax line in list.Block.Statements)
        {
            if (!line.IsUnreadable && ReadLine(line, list.Name) is { } rule) yield return rule;
        }
    }

    private RuleDefinition? ReadLine(StatementSyntax line, string list)
    {
        var words = new RoutingWordReader(diagnostics, line, list);
        bool isStatic = RoutingTrackGroups.IsStatic(list);
        (string? action, string? device, string? group, string? protocol, uint? preference) = (null, null, null, null, null);
        bool isTracked = true;
        while (!words.IsAtEnd && !words.IsFaulty)
        {
            Token word = words.Take();
            string name = word.Text;
            if (!RoutingOption.OfRules.TryGetValue(name, out RoutingValue kind) || (name == "track_group" && !isStatic))
            {
                words.FailUnknown(word, RoutingOption.OfRules.Keys);
                break;
            }

            if (RoutingOption.RuleActions.Contains(name))
            {
                if (action is not null) words.Fail(DiagnosticCatalog.UnusableRoute, word, $"'{name}' stands beside '{action}', and a rule does one thing", "write a rule for each");
                action = name;
            }

            switch (name)
            {
                case "no_track":
                    isTracked = false;
                    break;
                case "track_group":
                    group = groups.Read(words, word) ?? group;
                    break;
                case "preference" or "priority" or "order":
                    if (words.ReadValue(word, kind) is { } number) preference = uint.Parse(number, CultureInfo.InvariantCulture);
                    break;
                case "protocol":
                    protocol = words.ReadValue(word, kind);
                    break;
                case "type":
                    ReadType(words, word);
                    break;
                case "inet6" when words.Family == AddressFamily.InterNetwork:
                    words.Fail(DiagnosticCatalog.AddressFamilyMismatch, word, "'inet6' stands in a rule of IPv4", "remove it, or write IPv6 addresses");
                    break;
                case "iif" or "dev":
                    device = words.ReadValue(word, kind);
                    break;
                default:
                    words.ReadValue(word, kind);
                    break;
            }
        }

        if (words.IsFaulty) return null;
        if (action is null)
        {
            words.Fail(DiagnosticCatalog.UnusableRoute, line.Keyword, "the rule does nothing", "add 'table' or another action of ip-rule(8)");
            return null;
        }

        if (preference is null)
        {
            diagnostics.Add(DiagnosticCatalog.RuleWithoutPreference, line.Span, "the rule has no preference", "add 'preference' and a number: without, it gets one below 16384 by its place in the file");
        }

        if (isTracked && protocol is not null and not (RouteReader.KeepalivedProtocol or RouteReader.KeepalivedProtocolNumber))
        {
            diagnostics.Add(
                DiagnosticCatalog.UntrackedRoute, line.Words.First(word => word.Text == "protocol").Span, $"a rule of protocol '{protocol}' would not be tracked", "'protocol' is ignored; add 'no_track' to keep it");
            words.Words.RemoveRange(words.Words.LastIndexOf("protocol"), 2);
        }

        if (group is not null && device is null)
        {
            diagnostics.Add(DiagnosticCatalog.UntrackedRoute, line.Span, "a static rule of a track group must name an interface", "add 'iif'; the group is ignored");
            group = null;
        }

        return new RuleDefinition([.. words.Words], preference) { Origin = new Origin(line.Span), Interface = device, IsTracked = isTracked, TrackGroup = group };
    }

    private static void ReadType(RoutingWordReader words, Token option)
    {
        if (words.ReadValue(option, RoutingValue.Word) is not { } type || TypeWords.Contains(type, StringComparer.Ordinal)) return;
        string meant = NearestKeyword.Find(type, TypeWords) is { } nearest ? $"did you mean '{nearest}'" : "expected blackhole, unreachable or prohibit";
        words.Fail(DiagnosticCatalog.UnusableRoute, option, $"'type {type}' is no action of a rule", meant);
    }
}
