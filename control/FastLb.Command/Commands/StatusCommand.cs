using System.CommandLine;
using System.Text.Json;
using FastLb.Command.Reports;
using FastLb.Control;
using FastLb.Control.Api;
using FastLb.Control.Runtime;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb status</c>: services, servers, counters, ports of a running director.</summary>
internal static class StatusCommand
{
    public static System.CommandLine.Command Create()
    {
        Option<string> directory = SharedOptions.RuntimeDirectory();
        var json = new Option<bool>("--json") { Description = "Everything, as JSON" };
        var command = new System.CommandLine.Command("status", "Show what a running director does") { directory, json };
        command.SetAction((arguments, cancellation) => Show(arguments.GetRequiredValue(directory), arguments.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> Show(string directory, bool json, CancellationToken cancellation)
    {
        using var client = new ApiClient(new RuntimeDirectory(directory));
        try
        {
            DirectorStatus status = await client.ReadStatus(cancellation);
            await Console.Out.WriteLineAsync(json ? JsonSerializer.Serialize(status, ApiJson.Default.DirectorStatus) : StatusReport.Render(status));
            return 0;
        }
        catch (DirectorException fault)
        {
            await Console.Error.WriteLineAsync($"fastlb: {fault.Message}");
            return 1;
        }
    }
}
