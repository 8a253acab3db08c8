using System.Globalization;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>Binds <c>virtual_server_group</c>: addresses, ranges of addresses and firewall marks that one <c>virtual_server</c> serves.</summary>
internal sealed class ServerGroupBinder(DiagnosticBag diagnostics, FeatureReporter features)
{
    private readonly AddressRangeReader _ranges = new(diagnostics, features);
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    /// <summary>Binds one block.</summary>
    public void Add(CheckedStatement block)
    {
        var group = new Group(new Origin(block.SpanOf(0)));
        foreach (StatementSyntax line in block.Block.Statements)
        {
            if (!line.IsUnreadable) AddLine(group, line);
        }

        if (_groups.TryAdd(block.Text(0), group)) return;
        diagnostics.Add(
            DiagnosticCatalog.DuplicateGroup, block.SpanOf(0), $"the group '{block.Text(0)}' is defined before, on {_groups[block.Text(0)].Origin.Span.LineSeenFrom(block.SpanOf(0))}",
            "the second is left out", _groups[block.Text(0)].Origin.Span);
    }

    /// <summary>What clients of a group's service send to.</summary>
    /// <param name="name">The group's name.</param>
    /// <param name="protocol">The service's.</param>
    /// <returns>Null when there is no such group; empty when nothing in it can be used.</returns>
    public ValueList<VirtualEndpoint>? Find(string name, TransportProtocol protocol) => _groups.TryGetValue(name, out Group? group)
        ? [.. group.Members.Select(member => member.Mark != 0 ? member : member with { Protocol = protocol })]
        : null;

    /// <summary>What a group that there is says of the family of its marks.</summary>
    public ValueList<FirewallMarkFamily> FindMarkFamilies(string name) => [.. _groups[name].MarkFamilies];

    /// <summary>What one block says.</summary>
    private sealed record Group(Origin Origin)
    {
        public List<VirtualEndpoint> Members { get; } = [];

        public List<FirewallMarkFamily> MarkFamilies { get; } = [];
    }

    private void AddLine(Group group, StatementSyntax line)
    {
        if (line.Keyword.Text == "fwmark")
        {
            ReportSurplus(line, 3);
            if (ReadMark(line) is not { } mark) return;
            Add(group.Members, VirtualEndpoint.ForMark(mark), line);
            if (ReadFamily(line) is { } family && group.MarkFamilies.TrueForAll(known => known.Mark != mark)) group.MarkFamilies.Add(new FirewallMarkFamily(mark, family));
            return;
        }

        ReportSurplus(line, 2);
        ushort port = 0;
        if (line.Words.Length > 1 && !ushort.TryParse(line.Words[1].Text, NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            diagnostics.Add(DiagnosticCatalog.InvalidAddress, line.Words[1].Span, $"'{line.Words[1].Text}' is no port", "expected 0 to 65535; the line is ignored");
            return;
        }

        foreach (System.Net.IPAddress address in _ranges.Read(line.Keyword)?.Addresses() ?? [])
            Add(group.Members, new VirtualEndpoint(address, port, TransportProtocol.Tcp), line);
    }

    private uint? ReadMark(StatementSyntax line)
    {
        if (line.Words.Length > 1 && MarkReader.TryRead(line.Words[1].Text, out uint mark)) return mark;
        diagnostics.Add(DiagnosticCatalog.InvalidValue, line.Span, $"'{line.Text}' names no firewall mark", $"expected {MarkReader.Expected}; the line is ignored");
        return null;
    }

    private AddressFamily? ReadFamily(StatementSyntax line)
    {
        if (line.Words.Length < 3) return null;
        switch (line.Words[2].Text)
        {
            case "inet":
                return AddressFamily.InterNetwork;
            case "inet6":
                features.Report(Keywords.Features.Ipv6, "fwmark inet6", line.Words[2].Span);
                return AddressFamily.InterNetworkV6;
            default:
                diagnostics.Add(DiagnosticCatalog.UnknownChoice, line.Words[2].Span, $"'fwmark' knows no '{line.Words[2].Text}'", "expected inet or inet6; the word is ignored");
                return null;
        }
    }

    private void ReportSurplus(StatementSyntax line, int words)
    {
        if (line.Words.Length > words)
            diagnostics.Add(DiagnosticCatalog.SurplusParameter, line.Words[words].Span.To(line.Words[^1].Span), "the rest of the line is ignored");
    }

    private void Add(List<VirtualEndpoint> members, VirtualEndpoint member, StatementSyntax line)
    {
        if (!members.Contains(member)) members.Add(member);
        else diagnostics.Add(DiagnosticCatalog.DuplicateAddress, line.Span, $"{(member.Mark != 0 ? member : new System.Net.IPEndPoint(member.Address, member.Port))} is in the group already");
    }
}
