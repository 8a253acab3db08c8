using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Reads the lines of <c>virtual_routes</c> and <c>static_routes</c>.</summary>
internal sealed class RouteReader(DiagnosticBag diagnostics, RoutingTrackGroups groups)
{
    /// <summary>RTPROT_KEEPALIVED, by which keepalived knows its own routes and rules again.</summary>
    public const string KeepalivedProtocol = "keepalived", KeepalivedProtocolNumber = "18";

    /// <summary>Reads all lines of <paramref name="list"/>.</summary>
    public IEnumerable<RouteDefinition> Read(CheckedStatement list)
    {
        foreach (StatementSyntax line in list.Block.Statements)
        {
            if (!line.IsUnreadable && ReadLine(line, list.Name) is { } route) yield return route;
        }
    }

    private RouteDefinition? ReadLine(StatementSyntax line, string list)
    {
        var words = new RoutingWordReader(diagnostics, line, list);
        bool isStatic = RoutingTrackGroups.IsStatic(list);
        string? destination = null, group = null, protocol = null;
        string? device = null;
        bool isTracked = true, isInNexthop = false;
        while (!words.IsAtEnd && !words.IsFaulty)
        {
            Token word = words.Take();
            if (isInNexthop && !RoutingOption.OfNexthops.Contains(word.Text))
            {
                diagnostics.Add(DiagnosticCatalog.UnknownLineOption, word.Span.To(line.Words[^1].Span), $"'{word.Text}' stands behind the nexthops of a route", "write it before them; the rest of the line is ignored");
                break;
            }

            switch (word.Text)
            {
                case "no_track":
                    isTracked = false;
                    break;
                case "track_group" when isStatic:
                    group = groups.Read(words, word) ?? group;
                    break;
                case "nexthop":
                    isInNexthop = true;
                    words.Words.Add(word.Text);
                    break;
                case "encap":
                    words.ReadRest(word);
                    break;
                case "to":
                    destination = words.ReadValue(word, RoutingValue.Prefix) ?? destination;
                    break;
                case var type when destination is null && RoutingOption.RouteTypes.Contains(type):
                    words.Words.Add(type);
                    break;
                case var name when RoutingOption.OfRoutes.TryGetValue(name, out RoutingValue kind) && (name != "weight" || isInNexthop) && name != "track_group":
                    string? value = ReadOption(words, word, kind);
                    if (name is "dev" or "oif" && !isInNexthop) device = value;
                    if (name == "protocol") protocol = value;
                    break;
                case var text when destination is null && RoutingWordReader.LooksLikePrefix(text):
                    destination = words.ReadPrefix(word);
                    if (destination is not null) words.Words.Add(destination);
                    break;
                default:
                    words.FailUnknown(word, [.. RoutingOption.OfRoutes.Keys, .. RoutingOption.RouteTypes]);
                    break;
            }
        }

        if (words.IsFaulty) return null;
        if (destination is null)
        {
            words.Fail(DiagnosticCatalog.UnusableRoute, line.Keyword, "the route has no destination", "begin with a prefix, or 'default'");
            return null;
        }

        if (isTracked && device is null)
        {
            diagnostics.Add(
                DiagnosticCatalog.UntrackedRoute, line.Keyword.Span, $"the route to {destination} names no interface, so that its loss is not noticed", "name one by 'dev', or add 'no_track'");
            isTracked = false;
        }

        if (isTracked && protocol is not null and not (KeepalivedProtocol or KeepalivedProtocolNumber))
        {
            ReportProtocol(line, protocol);
            words.Words.RemoveRange(words.Words.LastIndexOf("protocol"), 2);
        }

        return new RouteDefinition([.. words.Words], destination) { Origin = new Origin(line.Span), Interface = device, IsTracked = isTracked, TrackGroup = group };
    }

    private string? ReadOption(RoutingWordReader words, Token word, RoutingValue kind)
    {
        if (word.Text is "gw" or "or")
        {
            diagnostics.Add(DiagnosticCatalog.DeprecatedKeyword, word.Span, $"'{word.Text}' is deprecated", word.Text == "gw" ? "use 'via'" : "use 'nexthop'");
        }

        return words.ReadValue(word, kind);
    }

    private void ReportProtocol(StatementSyntax line, string protocol) => diagnostics.Add(
        DiagnosticCatalog.UntrackedRoute, line.Words.First(word => word.Text == "protocol").Span, $"a route of protocol '{protocol}' would not be tracked", "'protocol' is ignored; add 'no_track' to keep it");
}
