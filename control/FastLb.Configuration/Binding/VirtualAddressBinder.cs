using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>Binds the lines of <c>virtual_ipaddress</c>: an address, its prefix length and its options.</summary>
internal sealed class VirtualAddressBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader)
{
    /// <summary>IFNAMSIZ without the NUL: the kernel keeps a label in a field of an interface name's size.</summary>
    private const int MaximumLabelLength = 15;

    /// <summary>Binds one line.</summary>
    /// <param name="line">The statement of the block; its first word is the address.</param>
    /// <param name="instanceInterface">The interface when the line names none.</param>
    /// <param name="isAdvertised">False in <c>virtual_ipaddress_excluded</c>.</param>
    /// <returns>Null when the line is left out; the reason has been reported.</returns>
    public VirtualAddress? Bind(StatementSyntax line, string instanceInterface, bool isAdvertised)
    {
        if (line.IsUnreadable) return null;
        if (line.Block is { } block) diagnostics.Add(DiagnosticCatalog.UnexpectedBlock, block.Open, "an address takes no block", "the block is left out");
        if (ParseAddress(line.Keyword) is not var (address, prefixLength)) return null;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) features.Report(Features.Ipv6, line.Keyword.Text, line.Keyword.Span);

        var bound = new VirtualAddress(address, prefixLength, instanceInterface) { Origin = new Origin(line.Keyword.Span), IsAdvertised = isAdvertised };
        return ApplyOptions(bound, line);
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

    private VirtualAddress? ApplyOptions(VirtualAddress address, StatementSyntax line)
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

            if (entry.Arguments.Length == 0)
            {
                features.Report(entry.Feature, entry.Name, option.Span);
                if (entry.Name == "no_track") result = result with { TracksDevice = false };
                continue;
            }

            if (i + 1 == line.Words.Length)
            {
                diagnostics.Add(DiagnosticCatalog.InvalidValue, option.Span, $"'{option.Text}' lacks its value", $"expected {entry.Arguments[0].Expected}");
                continue;
            }

            Token value = line.Words[++i];
            if (reader.Accept(value, entry.Arguments[0], entry.Name) is null) continue;
            features.Report(entry.Feature, entry.Name, option.Span);
            if (Apply(result, entry.Name, value) is not { } applied) return null;
            result = applied;
        }

        return result;
    }

    private void ReportUnknownOption(Token option)
    {
        string? nearest = NearestKeyword.Find(option.Text, KeywordTable.NamesIn(BlockContext.AddressOption));
        string hint = nearest is null ? "one address stands on each line" : $"did you mean '{nearest}'?";
        diagnostics.Add(DiagnosticCatalog.UnknownAddressOption, option.Span, $"unknown option '{option.Text}' of an address", hint);
    }

    private VirtualAddress? Apply(VirtualAddress address, string option, Token value)
    {
        switch (option)
        {
            case "dev":
                return address with { Device = value.Text };
            case "label" when value.Text.Length > MaximumLabelLength:
                diagnostics.Add(
                    DiagnosticCatalog.InvalidValue, value.Span, $"the label '{value.Text}' is longer than {MaximumLabelLength} characters", "the address is left out");
                return null;
            case "label":
                return address with { Label = value.Text };
            case "scope":
                return ApplyScope(address, value);
            case "brd" or "broadcast":
                return ApplyBroadcast(address, value);
            default:
                return address;
        }
    }

    private VirtualAddress ApplyScope(VirtualAddress address, Token value)
    {
        byte? scope = value.Text switch
        {
            "global" => 0,
            "site" => 200,
            "link" => 253,
            "host" => 254,
            "nowhere" => 255,
            _ => byte.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) ? number : null,
        };
        if (scope is { } known) return address with { Scope = known };
        diagnostics.Add(
            DiagnosticCatalog.InvalidValue, value.Span, $"'{value.Text}' is no scope", "expected global, site, link, host, nowhere or 0 to 255; global is used");
        return address;
    }

    private VirtualAddress? ApplyBroadcast(VirtualAddress address, Token value)
    {
        if (value.Text is "+" or "-") return address with { Broadcast = DeriveBroadcast(address, hostBits: value.Text == "+") };
        if (NumericAddress.TryParse(value.Text, out IPAddress? broadcast) && broadcast.AddressFamily == AddressFamily.InterNetwork)
        {
            return address with { Broadcast = broadcast };
        }

        diagnostics.Add(DiagnosticCatalog.InvalidAddress, value.Span, $"'{value.Text}' is no broadcast address", "the address is left out");
        return null;
    }

    /// <summary>The address with its host bits all set or all clear; null where the prefix leaves no room for one, as ip(8) has it.</summary>
    private static IPAddress? DeriveBroadcast(VirtualAddress address, bool hostBits)
    {
        if (address.Address.AddressFamily != AddressFamily.InterNetwork || address.PrefixLength > 30) return null;
        Span<byte> bytes = stackalloc byte[4];
        if (!address.Address.TryWriteBytes(bytes, out _)) return null;
        uint hostMask = address.PrefixLength == 0 ? uint.MaxValue : (1u << (32 - address.PrefixLength)) - 1;
        uint number = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, hostBits ? number | hostMask : number & ~hostMask);
        return new IPAddress(bytes);
    }
}
