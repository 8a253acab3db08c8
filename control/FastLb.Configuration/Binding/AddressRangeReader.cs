using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Reads IPv4 addresses as <c>virtual_server_group</c> has them: one, <c>a.b.c.d-e</c>, <c>ADDRESS-ADDRESS</c>, or <c>ADDRESS/LENGTH</c> for all of a network.</summary>
internal sealed class AddressRangeReader(DiagnosticBag diagnostics, FeatureReporter features)
{
    /// <summary>Reads a word.</summary>
    /// <returns>Null when it is faulty, or IPv6, which has been reported.</returns>
    public AddressRange? Read(Token word)
    {
        if (word.Text.Contains(':', StringComparison.Ordinal) && NumericAddress.TryParse(word.Text.Split('-', '/')[0], out _))
        {
            features.Report(Features.Ipv6, word.Text, word.Span);
            return null;
        }

        if (Parse(word.Text) is not { } range)
        {
            diagnostics.Add(
                DiagnosticCatalog.InvalidAddress, word.Span, $"'{word.Text}' is neither an address nor a range of addresses",
                "expected such as 192.0.2.1, 192.0.2.1-9, 192.0.2.1-192.0.2.9 or 192.0.2.0/28");
            return null;
        }

        if (range.Count <= AddressRange.MostAddresses) return range;
        diagnostics.Add(
            DiagnosticCatalog.TooManyAddresses, word.Span, $"'{word.Text}' has {range.Count} addresses", $"a range may have {AddressRange.MostAddresses} at the most; write several, or fewer addresses");
        return null;
    }

    private static AddressRange? Parse(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal), slash = text.IndexOf('/', StringComparison.Ordinal);
        string head = dash >= 0 ? text[..dash] : slash >= 0 ? text[..slash] : text;
        if (!NumericAddress.TryParse(head, out IPAddress? first) || first.AddressFamily != AddressFamily.InterNetwork) return null;
        if (dash >= 0) return ParseLast(first, text[(dash + 1)..]) is { } last && Number(last) >= Number(first) ? new AddressRange(first, last) : null;
        if (slash < 0) return new AddressRange(first, first);
        bool isLength = int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= 32;
        uint hosts = length == 0 ? uint.MaxValue : (uint)((1UL << (32 - Math.Min(length, 32))) - 1);
        return isLength && (Number(first) & hosts) == 0 ? new AddressRange(first, VirtualEndpoint.ToAddress(Number(first) | hosts)) : null;
    }

    private static IPAddress? ParseLast(IPAddress first, string text)
    {
        if (byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte octet)) return VirtualEndpoint.ToAddress((Number(first) & ~0xFFu) | octet);
        return NumericAddress.TryParse(text, out IPAddress? last) && last.AddressFamily == AddressFamily.InterNetwork ? last : null;
    }

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
