using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FastLb.Command;

/// <summary>Log lines on standard error, in one of three forms.</summary>
internal static class Logging
{
    /// <summary>For people: time, level, part and text.</summary>
    public const string Plain = "plain";

    /// <summary>An object per line.</summary>
    public const string Json = "json";

    /// <summary>With the priority prefix that the journal reads.</summary>
    public const string Systemd = "systemd";

    /// <summary>What the daemon's processes log to.</summary>
    public static ILoggerFactory Create(string format, LogLevel level) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(level).AddFilter("Microsoft", LogLevel.Warning);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        switch (format)
        {
            case Json:
                logging.AddJsonConsole(json => json.UseUtcTimestamp = true);
                break;
            case Systemd:
                logging.AddSystemdConsole();
                break;
            default:
                logging.AddSimpleConsole(simple =>
                {
                    simple.SingleLine = true;
                    simple.ColorBehavior = LoggerColorBehavior.Disabled;
                    simple.TimestampFormat = "HH:mm:ss.fff ";
                });
                break;
        }
    });
}
