using System.CommandLine;
using FastLb.Control.Runtime;

namespace FastLb.Command.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string> RuntimeDirectory() => new("--runtime-dir")
    {
        Description = "Directory of the director's sockets and pid files; directors on one machine need one each",
        HelpName = "DIR",
        DefaultValueFactory = _ => Control.Runtime.RuntimeDirectory.DefaultPath,
    };

    public static Option<string> LogFormat()
    {
        var option = new Option<string>("--log-format")
        {
            Description = "How log lines look on standard error",
            DefaultValueFactory = _ => Logging.Plain,
        };
        return option.AcceptOnlyFromAmong(Logging.Plain, Logging.Json, Logging.Systemd);
    }
}
