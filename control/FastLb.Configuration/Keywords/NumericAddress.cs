using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace FastLb.Configuration.Keywords;

/// <summary>
/// Reads addresses as inet_pton(3) does. <see cref="IPAddress.TryParse(string, out IPAddress)"/> alone would also take "1", "0x7f.1",
/// "[::1]" and scope ids, which keepalived refuses.
/// </summary>
public static class NumericAddress
{
    /// <summary>Reads a dotted quad without leading zeros, or an IPv6 address without scope id.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        bool isIpv6 = text.Contains(':', StringComparison.Ordinal);
        if (isIpv6 ? text.AsSpan().ContainsAny("[]%/") : !IsDottedQuad(text)) return false;
        if (!IPAddress.TryParse(text, out IPAddress? parsed)) return false;
        if (parsed.AddressFamily != (isIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)) return false;
        address = parsed;
        return true;
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> text)
    {
        int parts = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> part = text[range];
            bool isOctet = part.Length is >= 1 and <= 3 && part.IndexOfAnyExceptInRange('0', '9') < 0 && (part.Length == 1 || part[0] != '0');
            if (++parts > 4 || !isOctet) return false;
        }

        return parts == 4;
    }
}
