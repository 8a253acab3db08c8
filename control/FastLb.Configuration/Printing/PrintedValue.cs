using System.Globalization;

namespace FastLb.Configuration.Printing;

/// <summary>How values are written, whatever the machine's language.</summary>
internal static class PrintedValue
{
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Switch(bool value) => value ? "on" : "off";

    /// <summary>Seconds with as many decimals as there are, down to a microsecond.</summary>
    public static string Seconds(TimeSpan duration) => ((decimal)duration.Ticks / TimeSpan.TicksPerSecond).ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>Milliseconds with as many decimals as there are, down to a microsecond.</summary>
    public static string Milliseconds(TimeSpan duration) => ((decimal)duration.Ticks / TimeSpan.TicksPerMillisecond).ToString("0.###", CultureInfo.InvariantCulture);
}
