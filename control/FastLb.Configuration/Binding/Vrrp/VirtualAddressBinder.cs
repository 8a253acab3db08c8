using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds the lines of <c>virtual_ipaddress</c> and <c>static_ipaddress</c>: an address, its prefix length and its options.</summary>
internal sealed class VirtualAddressBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader, RoutingTrackGroups groups)
{
    private const string TrackGroupOption = "track_group", VirtualMacOption = "use_vmac";

    private readonly AddressOptionReader _options = new(diagnostics);

    /// <summary>Binds one line.</summary>
    /// <param name="line">The statement of the block; its first word is the address.</param>
    /// <param name="instanceInterface">The interface when the line names none.</param>
    /// <param name="isAdvertised">False in <c>virtual_ipaddress_excluded</c>.</param>
    /// <returns>Null when the line is left out; the reason has been reported.</returns>
    public VirtualAddress? Bind(StatementSyntax line, string instanceInterface, bool isAdvertised)
    {
        string? group = null;
        return Bind(line, instanceInterface, isAdvertised, isStatic: false, ref group);
    }

    /// <summary>Binds one line of <c>static_ipaddress</c>.</summary>
    /// <returns>Null when the line is left out; the reason has been reported.</returns>
    public StaticAddress? BindStatic(StatementSyntax line, string defaultInterface)
    {
        string? group = null;
        return Bind(line, defaultInterface, isAdvertised: true, isStatic: true, ref group) is { } address ? new StaticAddress(address, group) : null;
    }

    private VirtualAddress? Bind(StatementSyntax line, string device, bool isAdvertised, bool isStatic, ref string? group)
    {
        if (line.IsUnreadable) return null;
        if (line.Block is { } block) diagnostics.Add(DiagnosticCatalog.UnexpectedBlock, block.Open, "an address takes no block", "the block is left out");
        if (ParseAddress(line.Keyword) is not var (address, prefixLength)) return null;

        var bound = new VirtualAddress(address, prefixLength, device) { Origin = new Origin(line.Keyword.Span), IsAdvertised = isAdvertised };
        return ApplyOptions(bound, line, isStatic, ref group);
    }

    private (IPAddress Address, byte PrefixLength)? ParseAddress(Token token)
    {
        int slash = token.Text.IndexOf('/', StringComparison.Ordinal);
        string addressText = slash < 0 ? token.Text : token.Text[..slash];
        if (!NumericAddress.TryParse(addressText, out IPAddress? address))
        {
            string hint = KeywordTable.Find(BlockContext.VrrpInstance, token.Text) is null
                ? "expected an address such as 192.0.2.1 or 192.0.2.1/24; the line is ignored"
                : $"'{token.Text}' is a keyword of vrrp_instance: a '}}' may be missing before it";
            diagnostics.Add(DiagnosticCatalog.InvalidAddress, token.Span, $"'{token.Text}' is no address", hint);
            return null;
        }

        byte longest = address.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)128 : (byte)32;
        if (slash < 0) return (address, longest);
        if (byte.TryParse(token.Text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out byte length) && length <= longest) return (address, length);

        diagnostics.Add(
            DiagnosticCatalog.OutOfRange, token.Span, $"'{token.Text[slash..]}' is no prefix length", $"expected 0 to {longest}; {longest} is used");
        return (address, longest);
    }

    private VirtualAddress? ApplyOptions(VirtualAddress address, StatementSyntax line, bool isStatic, ref string? group)
    {
        VirtualAddress result = address;
        for (int i = 1; i < line.Words.Length; i++)
        {
            Token option = line.Words[i];
            if (KeywordTable.Find(BlockContext.AddressOption, option.Text) is not { } entry)
            {
                ReportUnknownOption(option);
                continue;
            }

            // keepalived knows the one in static_ipaddress alone, the other in instances alone.
            bool isOutOfPlace = option.Text == (isStatic ? VirtualMacOption : TrackGroupOption);
            if (entry.Arguments.Length == 0)
            {
                if (isOutOfPlace) ReportOutOfPlace(option, isStatic);
                else result = Apply(result, entry, option);
                continue;
            }

            if (i + 1 == line.Words.Length)
            {
                diagnostics.Add(DiagnosticCatalog.InvalidValue, option.Span, $"'{option.Text}' lacks its value", $"expected {entry.Arguments[0].Expected}");
                continue;
            }

            Token value = line.Words[++i];
            if (isOutOfPlace)
            {
                ReportOutOfPlace(option, isStatic);
                continue;
            }

            if (reader.Accept(value, entry.Arguments[0], entry.Name) is null) return null;
            features.Report(entry.Feature, entry.Name, option.Span);
            if (option.Text == TrackGroupOption) group = groups.Find(value) ?? group;
            if (_options.Apply(result, entry.Name, value) is not { } applied) return null;
            result = applied;
        }

        return result.Peer is null ? result : WithoutPrefix(result, line.Keyword);
    }

    private VirtualAddress Apply(VirtualAddress address, KeywordEntry option, Token word)
    {
        features.Report(option.Feature, option.Name, word.Span);
        return option.Name switch
        {
            "no_track" => address with { TracksDevice = false },
            VirtualMacOption => address with { UsesVirtualMac = true },
            "home" => address with { Flags = address.Flags | VirtualAddressFlags.Home },
            "-nodad" or "nodad" => address with { Flags = address.Flags | VirtualAddressFlags.NoDuplicateDetection },
            "mngtmpaddr" => address with { Flags = address.Flags | VirtualAddressFlags.ManagesTemporaryAddresses },
            "noprefixroute" => address with { Flags = address.Flags | VirtualAddressFlags.NoPrefixRoute },
            "autojoin" => address with { Flags = address.Flags | VirtualAddressFlags.AutoJoin },
            _ => address,
        };
    }

    /// <summary>An address with a peer is one end of a link, without a network.</summary>
    private VirtualAddress WithoutPrefix(VirtualAddress address, Token written)
    {
        byte longest = address.Address.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)128 : (byte)32;
        if (written.Text.Contains('/', StringComparison.Ordinal))
        {
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, written.Span, $"'{written.Text}' has a peer, and then no prefix length", "the length is ignored");
        }

        return address with { PrefixLength = longest };
    }

    private void ReportUnknownOption(Token option)
    {
        string? nearest = NearestKeyword.Find(option.Text, KeywordTable.NamesIn(BlockContext.AddressOption));
        string hint = nearest is null ? "one address stands on each line" : $"did you mean '{nearest}'?";
        diagnostics.Add(DiagnosticCatalog.UnknownAddressOption, option.Span, $"unknown option '{option.Text}' of an address", hint);
    }

    private void ReportOutOfPlace(Token option, bool isStatic) => diagnostics.Add(
        DiagnosticCatalog.UnknownAddressOption, option.Span, $"'{option.Text}' is no option of {(isStatic ? "a static" : "a virtual")} address",
        isStatic ? "an instance gives its addresses virtual MACs; it is ignored" : "an instance fails with its addresses anyway; it is ignored");
}
