namespace FastLb.Vrrp;

/// <summary>The intervals of both versions (RFC 3768 §6.1, RFC 9568 §6.1).</summary>
public static class VrrpTimers
{
    /// <summary>The unit of intervals in version 3.</summary>
    internal const long TicksPerCentisecond = TimeSpan.TicksPerSecond / 100;

    /// <summary>
    /// Skew_Time: the higher the priority, the sooner a backup acts. In version 2 (256 - priority) / 256 seconds, whatever the advertisement interval; in version 3 that part
    /// of the master's interval.
    /// </summary>
    /// <param name="settings">Of the backup.</param>
    /// <param name="priority">Of the backup, 1 to 255.</param>
    /// <param name="masterInterval">From one of the master's advertisements to the next.</param>
    public static TimeSpan Skew(VirtualRouterSettings settings, byte priority, TimeSpan masterInterval) =>
        new((256 - priority) * (settings.Version == 2 ? TimeSpan.TicksPerSecond : masterInterval.Ticks) / 256);

    /// <summary>Master_Down_Interval: so many of the master's intervals, three unless configured otherwise, and the skew.</summary>
    public static TimeSpan MasterDown(VirtualRouterSettings settings, byte priority, TimeSpan masterInterval) =>
        (masterInterval * settings.DownTimerAdverts) + Skew(settings, priority, masterInterval);

    /// <summary>
    /// When a member of a sync group that wishes to be master begins to want it: after one interval and a hundredth of version 2's skew (keepalived's rule).
    /// </summary>
    internal static TimeSpan EagerStart(VirtualRouterSettings settings, byte priority) =>
        settings.AdvertisementInterval + new TimeSpan((256 - priority) * TicksPerCentisecond / 256);
}
