using System.Globalization;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>Binds <c>virtual_server_group</c>: addresses, ranges of addresses and firewall marks that one <c>virtual_server</c> serves.</summary>
internal sealed class ServerGroupBinder(DiagnosticBag diagnostics, FeatureReporter features)
{
    private readonly AddressRangeReader _ranges = new(diagnostics, features);
    private readonly Dictionary<string, (Origin Origin, List<VirtualEndpoint> Members)> _groups = new(StringComparer.Ordinal);

    /// <summary>Binds one block.</summary>
    public void Add(CheckedStatement block)
    {
        var members = new List<VirtualEndpoint>();
        foreach (StatementSyntax line in block.Block.Statements)
        {
            if (!line.IsUnreadable) AddLine(members, line);
        }

        if (_groups.TryAdd(block.Text(0), (new Origin(block.SpanOf(0)), members))) return;
        diagnostics.Add(
            DiagnosticCatalog.DuplicateGroup, block.SpanOf(0), $"the group '{block.Text(0)}' is defined before, on {_groups[block.Text(0)].Origin.Span.LineSeenFrom(block.SpanOf(0))}",
            "the second is left out", _groups[block.Text(0)].Origin.Span);
    }

    /// <summary>What clients of a group's service send to.</summary>
    /// <param name="name">The group's name.</param>
    /// <param name="protocol">The service's.</param>
    /// <returns>Null when there is no such group; empty when nothing in it can be used.</returns>
    public ValueList<VirtualEndpoint>? Find(string name, TransportProtocol protocol) => _groups.TryGetValue(name, out (Origin Origin, List<VirtualEndpoint> Members) group)
        ? [.. group.Members.Select(member => member.Mark != 0 ? member : member with { Protocol = protocol })]
        : null;

    private void AddLine(List<VirtualEndpoint> members, StatementSyntax line)
    {
        if (line.Keyword.Text == "fwmark")
        {
            if (ReadMark(line) is { } mark) Add(members, VirtualEndpoint.ForMark(mark), line);
            return;
        }

        ushort port = 0;
        if (line.Words.Length > 1 && !ushort.TryParse(line.Words[1].Text, NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            diagnostics.Add(DiagnosticCatalog.InvalidAddress, line.Words[1].Span, $"'{line.Words[1].Text}' is no port", "expected 0 to 65535; the line is ignored");
            return;
        }

        foreach (System.Net.IPAddress address in _ranges.Read(line.Keyword)?.Addresses() ?? [])
            Add(members, new VirtualEndpoint(address, port, TransportProtocol.Tcp), line);
    }

    private uint? ReadMark(StatementSyntax line)
    {
        if (line.Words.Length > 2 && line.Words[2].Text == "inet6") features.Report(Keywords.Features.Ipv6, "fwmark inet6", line.Words[2].Span);
        if (line.Words.Length > 1 && MarkReader.TryRead(line.Words[1].Text, out uint mark)) return mark;
        diagnostics.Add(DiagnosticCatalog.InvalidValue, line.Span, $"'{line.Text}' names no firewall mark", $"expected {MarkReader.Expected}; the line is ignored");
        return null;
    }

    private void Add(List<VirtualEndpoint> members, VirtualEndpoint member, StatementSyntax line)
    {
        if (!members.Contains(member)) members.Add(member);
        else diagnostics.Add(DiagnosticCatalog.DuplicateAddress, line.Span, $"{(member.Mark != 0 ? member : new System.Net.IPEndPoint(member.Address, member.Port))} is in the group already");
    }
}
