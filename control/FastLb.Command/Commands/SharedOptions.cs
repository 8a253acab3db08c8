using System.CommandLine;
using System.Globalization;
using System.Numerics;
using FastLb.Dataplane.Flows;
using FastLb.Runtime;

namespace FastLb.Command.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    /// <summary>Where keepalived looks, too.</summary>
    public const string DefaultFile = "/etc/keepalived/keepalived.conf";

    public static Option<string> Configuration() => new("--use-file", "-f", "-c")
    {
        Description = "The configuration",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultFile,
    };

    public static Option<string> RuntimeDirectory() => new("--runtime-dir")
    {
        Description = "Directory of the director's sockets and pid files; directors on one machine need one each",
        HelpName = "DIR",
        DefaultValueFactory = _ => Runtime.RuntimeDirectory.DefaultPath,
    };

    public static Option<int> Workers()
    {
        var workers = new Option<int>("--workers")
        {
            Description = $"Threads that forward, up to {FlowStore.MostTables}; 0, the default: what 'workers' in the configuration says, or one for each queue of an interface, but no more than processors",
            HelpName = "N",
        };
        workers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > FlowStore.MostTables)
                result.AddError($"--workers takes a number from 0 to {FlowStore.MostTables}");
        });
        return workers;
    }

    /// <summary>A number that has a range.</summary>
    public static Option<T> Number<T>(string name, string form, string description, T standard, T least, T most)
        where T : INumber<T>
    {
        var option = new Option<T>(name) { Description = description, HelpName = form, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (T.TryParse(result.Tokens.Count == 0 ? null : result.Tokens[0].Value, CultureInfo.InvariantCulture, out T? number) && (number < least || number > most))
                result.AddError($"{name} takes a number from {least} to {most}");
        });
        return option;
    }

    public static Option<bool> Json(string description) => new("--json") { Description = description };
}
