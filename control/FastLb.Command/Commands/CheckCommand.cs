using System.CommandLine;
using FastLb.Configuration;
using FastLb.Configuration.Diagnostics;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb check</c>: what is wrong with a configuration, all of it.</summary>
internal static class CheckCommand
{
    public static System.CommandLine.Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration" };
        Option<string?> id = ConfigurationReading.Id();
        var json = new Option<bool>("--json") { Description = "Diagnostics as JSON on standard output, for editors" };
        var command = new System.CommandLine.Command(
            "check", "Report every fault of a configuration; exit 0 when there is none, 5 for any error or warning, as keepalived -t does") { file, id, json };
        command.SetAction(arguments =>
        {
            ConfigurationResult result = ConfigurationReading.Read(arguments.GetRequiredValue(file), arguments.GetValue(id));
            if (arguments.GetValue(json))
                Console.Out.WriteLine(DiagnosticJson.Render(result.Diagnostics));
            else
                Console.Error.Write(DiagnosticRenderer.Render(result.Diagnostics, result.Source));
            return result.CheckExitStatus;
        });
        return command;
    }
}
