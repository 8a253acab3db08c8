namespace FastLb.Vrrp;

/// <summary>The intervals of version 2 (RFC 3768 §6.1).</summary>
public static class VrrpTimers
{
    /// <summary>
    /// Skew_Time: (256 - priority) / 256 seconds, whatever the advertisement interval. The higher the priority, the sooner a backup acts.
    /// </summary>
    public static TimeSpan Skew(byte priority) => new((256 - priority) * TimeSpan.TicksPerSecond / 256);

    /// <summary>Master_Down_Interval: so many advertisement intervals, three unless configured otherwise, and the skew.</summary>
    public static TimeSpan MasterDown(VirtualRouterSettings settings, byte priority) =>
        (settings.AdvertisementInterval * settings.DownTimerAdverts) + Skew(priority);
}
