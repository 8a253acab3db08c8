using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes the lines of <c>virtual_ipaddress</c> and <c>static_ipaddress</c>.</summary>
internal static class AddressPrinter
{
    private static readonly (VirtualAddressFlags Flag, string Word)[] Flags =
    [
        (VirtualAddressFlags.Home, "home"), (VirtualAddressFlags.NoDuplicateDetection, "-nodad"), (VirtualAddressFlags.ManagesTemporaryAddresses, "mngtmpaddr"),
        (VirtualAddressFlags.NoPrefixRoute, "noprefixroute"), (VirtualAddressFlags.AutoJoin, "autojoin"),
    ];

    /// <summary>One line.</summary>
    public static void Print(BlockWriter writer, VirtualAddress address, string? trackGroup = null)
    {
        List<string> words = ["dev", address.Device];
        if (address.Broadcast is { } broadcast) words.AddRange(["brd", broadcast.ToString()]);
        words.AddRange(["scope", Number(address.Scope)]);
        if (address.Label is { } label) words.AddRange(["label", label]);
        if (address.Peer is { } peer) words.AddRange(["peer", peer.ToString()]);
        if (address.PreferredLifetime is { } lifetime) words.AddRange(["preferred_lft", lifetime == Timeout.InfiniteTimeSpan ? "forever" : Seconds(lifetime)]);
        words.AddRange(Flags.Where(flag => address.Flags.HasFlag(flag.Flag)).Select(flag => flag.Word));
        if (address.UsesVirtualMac) words.Add("use_vmac");
        if (!address.TracksDevice) words.Add("no_track");
        if (trackGroup is not null) words.AddRange(["track_group", trackGroup]);

        // The end of a link has no network.
        writer.Line(address.Peer is null ? $"{address.Address}/{address.PrefixLength}" : address.Address.ToString(), [.. words]);
    }
}
