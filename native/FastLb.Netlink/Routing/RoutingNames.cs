using System.Collections.Frozen;
using System.Globalization;

namespace FastLb.Netlink.Routing;

/// <summary>
/// What this machine calls its routing tables, protocols, scopes, realms and service classes: the files of ip(8), such as <c>/etc/iproute2/rt_tables</c>.
/// </summary>
public sealed class RoutingNames
{
    /// <summary>Where the files are; the first folder that has one counts, and its <c>.d</c> folder besides.</summary>
    private static readonly string[] Folders = ["/etc/iproute2", "/usr/share/iproute2", "/usr/lib/iproute2"];

    private static readonly Dictionary<string, uint> KnownTables = new() { ["default"] = 253, ["main"] = 254, ["local"] = 255 };

    private static readonly Dictionary<string, uint> KnownScopes =
        new() { ["global"] = 0, ["universe"] = 0, ["site"] = 200, ["link"] = 253, ["host"] = 254, ["nowhere"] = 255 };

    private static readonly Dictionary<string, uint> KnownProtocols =
        new() { ["redirect"] = 1, ["kernel"] = 2, ["boot"] = 3, ["static"] = 4, ["ra"] = 9, ["dhcp"] = 16, ["keepalived"] = 18 };

    private readonly FrozenDictionary<string, uint> _tables, _scopes, _protocols, _realms, _classes;

    private RoutingNames(Func<string, IEnumerable<string>> readLines)
    {
        _tables = Read(readLines("rt_tables"), KnownTables);
        _scopes = Read(readLines("rt_scopes"), KnownScopes);
        _protocols = Read(readLines("rt_protos"), KnownProtocols);
        _realms = Read(readLines("rt_realms"), []);
        _classes = Read(readLines("rt_dsfield"), []);
    }

    /// <summary>Those that everybody knows, without any file.</summary>
    public static RoutingNames BuiltIn { get; } = new(_ => []);

    /// <summary>Reads the machine's files.</summary>
    /// <exception cref="IOException">A file is there and can't be read.</exception>
    public static RoutingNames Load() => new(ReadLines);

    /// <summary>The same with the lines of one file, such as <c>100 uplink</c>.</summary>
    internal static RoutingNames From(string file, params string[] lines) => new(name => name == file ? lines : []);

    /// <summary>A table by name or number.</summary>
    internal uint Table(string option, string word) => Find(_tables, word, uint.MaxValue, option, "rt_tables");

    /// <summary>A scope by name or number.</summary>
    internal byte Scope(string option, string word) => (byte)Find(_scopes, word, byte.MaxValue, option, "rt_scopes");

    /// <summary>A protocol by name or number.</summary>
    internal byte Protocol(string option, string word) => (byte)Find(_protocols, word, byte.MaxValue, option, "rt_protos");

    /// <summary>
    /// A service class by name or number: the whole octet, which keepalived reads as decimal unless 0x says otherwise, and ip-route(8) as hexadecimal.
    /// </summary>
    internal byte ServiceClass(string option, string word) => (byte)Find(_classes, word, byte.MaxValue, option, "rt_dsfield");

    /// <summary>One realm, or two joined by a slash: the source's in the upper half, the destination's in the lower.</summary>
    internal uint Realms(string option, string word)
    {
        string[] realms = word.Split('/', 2);
        uint first = Find(_realms, realms[0], ushort.MaxValue, option, "rt_realms");
        return realms.Length == 1 ? first : (first << 16) | Find(_realms, realms[1], ushort.MaxValue, option, "rt_realms");
    }

    /// <summary>Reads a decimal number, or a hexadecimal one behind 0x.</summary>
    internal static bool TryReadNumber(ReadOnlySpan<char> word, out uint value) => word.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? uint.TryParse(word[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static uint Find(FrozenDictionary<string, uint> names, string word, uint greatest, string option, string file)
    {
        if (names.TryGetValue(word, out uint value) || TryReadNumber(word, out value))
        {
            return value <= greatest
                ? value
                : throw new RoutingLineException($"{option} {word}", "is too great", $"the greatest is {greatest.ToString(CultureInfo.InvariantCulture)}");
        }

        throw new RoutingLineException($"{option} {word}", "is not known on this machine", $"give a number, or add the name to {Folders[0]}/{file}");
    }

    private static FrozenDictionary<string, uint> Read(IEnumerable<string> lines, Dictionary<string, uint> known)
    {
        Dictionary<string, uint> names = new(known, StringComparer.Ordinal);
        foreach (string line in lines)
        {
            string[] words = line.Split('#', 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && TryReadNumber(words[0], out uint value))
                names[words[1]] = value;
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<string> ReadLines(string file)
    {
        string? folder = Folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, file)));
        IEnumerable<string> lines = folder is null ? [] : File.ReadLines(Path.Combine(folder, file));
        string more = Path.Combine(Folders[0], file + ".d");
        return Directory.Exists(more) ? lines.Concat(Directory.EnumerateFiles(more, "*.conf").Order(StringComparer.Ordinal).SelectMany(File.ReadLines)) : lines;
    }
}
