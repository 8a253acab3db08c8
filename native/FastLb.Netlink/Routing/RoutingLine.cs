using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastLb.Netlink.Routing;

/// <summary>An address with the number of its bits that count.</summary>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="Length">0 to 32 or 128.</param>
public readonly record struct RoutingPrefix(IPAddress Address, byte Length)
{
    /// <summary>All addresses of a family.</summary>
    public static RoutingPrefix All(AddressFamily family) => new(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);

    /// <inheritdoc/>
    public override string ToString() => $"{Address}/{Length.ToString(CultureInfo.InvariantCulture)}";
}

/// <summary>Goes through the words of a line. What isn't as it has to be is thrown as a <see cref="RoutingLineException"/>.</summary>
internal sealed class RoutingLine(IReadOnlyList<string> words)
{
    private const int LongestInterface = 15;
    private int _next;

    public bool IsAtEnd => _next >= words.Count;

    /// <summary>The family of the addresses so far; null while there is none.</summary>
    public AddressFamily? Family { get; private set; }

    /// <summary>The whole line.</summary>
    public override string ToString() => string.Join(' ', words);

    public string Take() => words[_next++];

    /// <summary>Takes the next word if it is this one.</summary>
    public bool TryTake(string word)
    {
        if (IsAtEnd || words[_next] != word)
            return false;
        _next++;
        return true;
    }

    /// <summary>The word behind an option.</summary>
    public string Value(string option, string expected) =>
        IsAtEnd ? throw new RoutingLineException(option, "has nothing behind it", $"write {expected}") : Take();

    public uint Number(string option, uint greatest = uint.MaxValue)
    {
        string expected = $"a whole number from 0 to {greatest.ToString(CultureInfo.InvariantCulture)}";
        string word = Value(option, expected);
        return RoutingNames.TryReadNumber(word, out uint value) && value <= greatest ? value : throw Unfit(option, word, expected);
    }

    /// <summary>A number, or a first and a last one joined by a dash.</summary>
    public (uint First, uint Last) Range(string option, uint greatest = uint.MaxValue)
    {
        const string Expected = "a number, or two joined by a dash";
        string word = Value(option, Expected);
        string[] ends = word.Split('-', 2);
        if (!RoutingNames.TryReadNumber(ends[0], out uint first) || !RoutingNames.TryReadNumber(ends[^1], out uint last) || first > last || last > greatest)
            throw Unfit(option, word, Expected);
        return (first, last);
    }

    public string Interface(string option)
    {
        const string Expected = "an interface's name of 1 to 15 characters";
        string word = Value(option, Expected);
        return word.Length is > 0 and <= LongestInterface ? word : throw Unfit(option, word, Expected);
    }

    /// <summary>An address; behind <c>inet</c> or <c>inet6</c> one that need not be of the line's family.</summary>
    public IPAddress Address(string option)
    {
        AddressFamily? named = TryTake("inet6") ? AddressFamily.InterNetworkV6 : TryTake("inet") ? AddressFamily.InterNetwork : null;
        const string Expected = "an IPv4 or IPv6 address";
        string word = Value(option, Expected);
        if (!IPAddress.TryParse(word, out IPAddress? address) || (named is not null && address.AddressFamily != named))
            throw Unfit(option, word, Expected);
        if (named is null)
            SetFamily(address.AddressFamily, word);
        return address;
    }

    /// <summary>A prefix or an address; null for a word that stands for all addresses.</summary>
    public RoutingPrefix? Prefix(string option) => ToPrefix(option, Value(option, "a prefix, an address or 'default'"));

    /// <inheritdoc cref="Prefix(string)"/>
    public RoutingPrefix? ToPrefix(string option, string word)
    {
        if (word is "default" or "any" or "all")
            return null;
        string[] parts = word.Split('/', 2);
        if (!IPAddress.TryParse(parts[0], out IPAddress? address))
            throw Unfit(option, word, "a prefix such as 192.0.2.0/24 or 2001:db8::/32, an address or 'default'");
        byte longest = (byte)(address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);
        byte length = longest;
        if (parts.Length == 2 && (!byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > longest))
            throw Unfit(option, word, $"a prefix length from 0 to {longest}");
        SetFamily(address.AddressFamily, word);
        return new RoutingPrefix(address, length);
    }

    public void SetFamily(AddressFamily family, string word)
    {
        Family ??= family;
        if (Family != family)
        {
            throw new RoutingLineException(
                word, "is not of the family of the addresses before it", "write addresses of one family, or 'via inet6' for a router of the other");
        }
    }

    public static RoutingLineException Unfit(string option, string word, string expected) => new($"{option} {word}", "can't be used", $"write {expected}");
}
