using System.Globalization;
using FastLb.RealServer.Changes;
using FastLb.RealServer.Host;

namespace FastLb.RealServer.Requirements;

/// <summary>An IPv4 setting of all interfaces or of one (<c>net.ipv4.conf</c>), of those where the larger of both holds.</summary>
/// <param name="settings">Where it is.</param>
/// <param name="interfaceName"><c>all</c>, or an interface.</param>
/// <param name="name">The last part of its key: <c>arp_ignore</c>.</param>
/// <param name="accepts">Judges the value that holds for the interface.</param>
/// <param name="value">What it is set to when that isn't accepted.</param>
/// <param name="acceptable">The accepted values in words.</param>
/// <param name="symptom">What is seen when it isn't accepted.</param>
internal sealed class SettingRequirement(
    IKernelSettings settings, string interfaceName, string name, Predicate<int> accepts, int value, string acceptable, string symptom) : Requirement
{
    private const string All = "all";

    private readonly string _key = KeyOf(interfaceName, name);

    /// <summary>
    /// No answers to ARP requests for addresses of other interfaces (arp_ignore 1), or stricter. 3 and more are ways of their own: they may answer for an
    /// address on the loopback.
    /// </summary>
    public static IEnumerable<SettingRequirement> ArpIgnore(IKernelSettings settings, IEnumerable<string> interfaces)
    {
        const string Symptom = "this host answers ARP for the virtual address: clients and routers reach it past the director, and all on this one server";
        yield return new SettingRequirement(settings, All, "arp_ignore", IsSilent, 1, "1 or 2", Symptom);

        // What holds for an interface is the larger one: with the above it is wrong only where its own is larger and wrong.
        foreach (string name in interfaces)
            yield return new SettingRequirement(settings, name, "arp_ignore", own => own < 1 || IsSilent(own), 1, "at most 2", Symptom);

        static bool IsSilent(int holds) => holds is 1 or 2 or 8;
    }

    /// <summary>Own ARP requests name an address of the interface that they leave by as their sender.</summary>
    public static SettingRequirement ArpAnnounce(IKernelSettings settings) => new(
        settings, All, "arp_announce", holds => holds == 2, 2, "2",
        "this host's ARP requests name the virtual address as their sender: routers and clients learn from them that it is here, and go past the director");

    /// <summary>No strict reverse path filter where decapsulated packets come from: the way back to the client may be another.</summary>
    public static SettingRequirement LooseReversePathFilter(IKernelSettings settings, string interfaceName) => new(
        settings, interfaceName, "rp_filter", holds => holds != 1, 2, "0 or 2",
        "packets of clients that the way back leads to over another interface are dropped without a word (nstat: TcpExtIPReversePathFilter counts them)");

    public override Finding Inspect()
    {
        string? own = settings.Read(_key);
        string need = $"{_key} is {acceptable}";
        if (own is null)
            return new Finding(need, IsMet: false, "there is none: the interface is missing", symptom);

        int ownValue = Parse(own);
        int allValue = interfaceName == All || name != "rp_filter" ? ownValue : Parse(settings.Read(KeyOf(All, name)) ?? own);
        int holds = Math.Max(ownValue, allValue);
        return new Finding(need, accepts(holds), holds == ownValue ? own : $"{own}, but {holds} holds because of {KeyOf(All, name)}", symptom);
    }

    public override void Fulfil(ChangeRecord record)
    {
        string applied = value.ToString(CultureInfo.InvariantCulture);
        record.Note(new SettingChange(_key, settings.Read(_key) ?? applied, applied));
        settings.Write(_key, applied);
    }

    /// <summary>In sysctl's notation, where a dot of an interface's name is a slash.</summary>
    private static string KeyOf(string interfaceName, string name) => $"net.ipv4.conf.{interfaceName.Replace('.', '/')}.{name}";

    private static int Parse(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
