using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>The priority that an instance advertises while it tracks.</summary>
internal static class TrackedPriority
{
    private const int Lowest = 1, Highest = VrrpInstance.OwnerPriority - 1;

    /// <summary>A configured priority and what trackers change it by: within 1 and 254, and the owner's 255 always (RFC 5798 section 5.2.4).</summary>
    public static byte Of(byte configured, int change) =>
        configured == VrrpInstance.OwnerPriority ? configured : (byte)Math.Clamp((long)configured + change, Lowest, Highest);
}
