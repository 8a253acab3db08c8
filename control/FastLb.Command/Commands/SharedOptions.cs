using System.CommandLine;
using FastLb.Runtime;

namespace FastLb.Command.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string> RuntimeDirectory() => new("--runtime-dir")
    {
        Description = "Directory of the director's sockets and pid files; directors on one machine need one each",
        HelpName = "DIR",
        DefaultValueFactory = _ => Runtime.RuntimeDirectory.DefaultPath,
    };

    public static Option<bool> Json(string description) => new("--json") { Description = description };
}
