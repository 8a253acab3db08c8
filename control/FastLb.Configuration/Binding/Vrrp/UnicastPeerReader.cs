using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Reads the lines <c>ADDRESS [min_ttl N] [max_ttl N]</c> of <c>unicast_peer</c>.</summary>
internal sealed class UnicastPeerReader(DiagnosticBag diagnostics)
{
    private static readonly string[] Options = ["min_ttl", "max_ttl"];

    /// <summary>The peers of all lists of an instance.</summary>
    /// <param name="lists">The lists.</param>
    /// <param name="family">The family of the instance's addresses; null for that of the first peer.</param>
    public ValueList<UnicastPeer> Read(IEnumerable<CheckedStatement> lists, AddressFamily? family)
    {
        List<UnicastPeer> peers = [];
        HashSet<IPAddress> known = [];
        foreach (StatementSyntax line in lists.SelectMany(list => list.Block.Statements).Where(line => !line.IsUnreadable))
        {
            Token word = line.Keyword;
            if (!NumericAddress.TryParse(word.Text, out IPAddress? address))
            {
                diagnostics.Add(DiagnosticCatalog.InvalidAddress, word.Span, $"'{word.Text}' is no peer's address", "expected an address such as 192.0.2.1; the line is ignored");
                continue;
            }

            family ??= address.AddressFamily;
            UnicastPeer peer = ReadOptions(new UnicastPeer(address) { Origin = new Origin(word.Span) }, line);
            if (address.AddressFamily != family)
            {
                diagnostics.Add(DiagnosticCatalog.AddressFamilyMismatch, word.Span, $"the peer '{word.Text}' is not of the family of the instance", "it is left out");
            }
            else if (!known.Add(address))
            {
                diagnostics.Add(DiagnosticCatalog.DuplicateAddress, word.Span, $"the peer '{word.Text}' is listed before", "the second is left out");
            }
            else
            {
                peers.Add(peer);
            }
        }

        return [.. peers];
    }

    private UnicastPeer ReadOptions(UnicastPeer peer, StatementSyntax line)
    {
        for (int i = 1; i < line.Words.Length; i++)
        {
            Token option = line.Words[i];
            if (!Options.Contains(option.Text, StringComparer.Ordinal))
            {
                string hint = NearestKeyword.Find(option.Text, Options) is { } nearest ? $"did you mean '{nearest}'?" : "expected 'min_ttl' or 'max_ttl'; one peer stands on each line";
                diagnostics.Add(DiagnosticCatalog.UnknownLineOption, option.Span, $"'unicast_peer' knows no '{option.Text}'", hint);
                continue;
            }

            if (i + 1 == line.Words.Length)
            {
                diagnostics.Add(DiagnosticCatalog.InvalidValue, option.Span, $"'{option.Text}' lacks its value", "expected a whole number from 0 to 255; it is ignored");
                continue;
            }

            Token value = line.Words[++i];
            if (!byte.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
            {
                diagnostics.Add(DiagnosticCatalog.InvalidValue, value.Span, $"'{value.Text}' is no value for '{option.Text}'", "expected a whole number from 0 to 255; it is ignored");
                continue;
            }

            peer = option.Text == "min_ttl" ? peer with { LeastTimeToLive = number } : peer with { MostTimeToLive = number };
        }

        if (peer.LeastTimeToLive > peer.MostTimeToLive)
        {
            diagnostics.Add(
                DiagnosticCatalog.ConflictingSetting, line.Span, $"'min_ttl {peer.LeastTimeToLive}' exceeds 'max_ttl {peer.MostTimeToLive}'", "every advertisement of this peer would be dropped");
        }

        return peer;
    }
}
