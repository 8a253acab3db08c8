using System.Buffers;
using System.Globalization;
using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Reads the parameters of <c>use_vmac</c> and <c>use_ipvlan</c>, which stand in any order.</summary>
internal sealed class VirtualLinkReader(DiagnosticBag diagnostics)
{
    private const int LongestInterface = 15;
    private const string NameWord = "name", GroupWord = "group";

    /// <summary>What the kernel refuses in a name (dev_valid_name).</summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/: \t\n\r\f\v");

    /// <summary>Reads <c>use_vmac [[name] INTERFACE] [MAC] [netlink_notify_msg] [group N]</c>.</summary>
    public VirtualMac ReadMac(CheckedStatement statement)
    {
        var mac = new VirtualMac();
        for (int word = 0; statement.Has(word); word++)
        {
            string text = statement.Text(word);
            if (text == "netlink_notify_msg")
            {
                mac = mac with { NotifiesByNetlink = true };
                diagnostics.Add(DiagnosticCatalog.NotDoneYet, statement.SpanOf(word), "'netlink_notify_msg': other programs are not told once more of the interface below", null);
            }
            else if (text == GroupWord)
            {
                mac = mac with { Group = ReadGroup(statement, ++word) ?? mac.Group };
            }
            else if (IsMacAddress(text))
            {
                if (!IsUsable(text)) Report(statement, word, $"'{text}' can't be the MAC address of one interface", "expected one with an even first octet, not all zero; it is ignored");
                else if (mac.MacAddress is null) mac = mac with { MacAddress = text.ToLowerInvariant() };
                else Report(statement, word, $"'{text}' is a second MAC address", "it is ignored");
            }
            else if (text.Contains(':', StringComparison.Ordinal) && text.Length > LongestInterface)
            {
                Report(statement, word, $"'{text}' is no MAC address", "expected six octets such as 00:00:5e:00:01:07, or five; it is ignored");
            }
            else
            {
                mac = mac with { Name = ReadName(statement, ref word, mac.Name) };
            }
        }

        return mac;
    }

    /// <summary>Reads <c>use_ipvlan [[name] INTERFACE] [ADDRESS] [bridge|private|vepa]</c>.</summary>
    public VirtualIpvlan ReadIpvlan(CheckedStatement statement)
    {
        var ipvlan = new VirtualIpvlan();
        bool hasMode = false;
        for (int word = 0; statement.Has(word); word++)
        {
            string text = statement.Text(word);
            IpvlanMode? mode = text switch
            {
                "bridge" => IpvlanMode.Bridge,
                "private" => IpvlanMode.Private,
                "vepa" => IpvlanMode.Vepa,
                _ => null,
            };
            if (mode is not null && hasMode)
            {
                Report(statement, word, $"'{text}' is a second mode", "it is ignored");
            }
            else if (mode is { } chosen)
            {
                hasMode = true;
                ipvlan = ipvlan with { Mode = chosen };
            }
            else if (!IsAddress(text))
            {
                ipvlan = ipvlan with { Name = ReadName(statement, ref word, ipvlan.Name) };
            }
            else if (ipvlan.Address is null)
            {
                ipvlan = ipvlan with { Address = text };
            }
            else
            {
                Report(statement, word, $"'{text}' is a second address", "it is ignored");
            }
        }

        return ipvlan;
    }

    private string? ReadName(CheckedStatement statement, ref int word, string? known)
    {
        if (statement.Text(word) == NameWord && statement.Has(word + 1)) word++;
        string text = statement.Text(word);
        if (known is not null)
        {
            Report(statement, word, $"'{text}' is a second name beside '{known}'", "it is ignored");
            return known;
        }

        if (text.Length is > 0 and <= LongestInterface && text is not ("." or "..") && !text.AsSpan().ContainsAny(Forbidden)) return text;
        Report(statement, word, $"'{text}' is no interface's name", $"expected at most {LongestInterface} characters, without blanks, colons and slashes; it is ignored");
        return null;
    }

    private uint? ReadGroup(CheckedStatement statement, int word)
    {
        if (statement.Has(word) && uint.TryParse(statement.Text(word), NumberStyles.None, CultureInfo.InvariantCulture, out uint group)) return group;
        Report(statement, Math.Min(word, statement.Arguments.Length - 1), "'group' lacks its number", $"expected a whole number from 0 to {uint.MaxValue}; it is ignored");
        return null;
    }

    private void Report(CheckedStatement statement, int word, string message, string hint) => diagnostics.Add(DiagnosticCatalog.InvalidValue, statement.SpanOf(word), message, hint);

    private static bool IsAddress(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!NumericAddress.TryParse(slash < 0 ? text : text[..slash], out IPAddress? address)) return false;
        int longest = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 128 : 32;
        return slash < 0 || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= longest);
    }

    /// <summary>Neither a group's address nor none at all (is_valid_ether_addr in the kernel's etherdevice.h).</summary>
    private static bool IsUsable(string mac)
    {
        int[] octets = [.. mac.Split(':').Select(octet => int.Parse(octet, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
        return (octets[0] & 1) == 0 && (octets.Length == 5 || octets.Any(octet => octet != 0));
    }

    /// <summary>Six octets, or five, to which the virtual router id is added.</summary>
    private static bool IsMacAddress(string text)
    {
        string[] octets = text.Split(':');
        return octets.Length is 5 or 6 && octets.All(octet => octet.Length is 1 or 2 && octet.All(char.IsAsciiHexDigit));
    }
}
