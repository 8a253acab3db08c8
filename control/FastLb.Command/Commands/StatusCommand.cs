using System.CommandLine;
using System.Text.Json;
using FastLb.Command.Reports;
using FastLb.Control.Api;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb status</c>: services, servers, counters, ports of a running director.</summary>
internal static class StatusCommand
{
    public static System.CommandLine.Command Create()
    {
        Option<bool> json = SharedOptions.Json("Everything, as JSON");
        return ClientCommand.Create("status", "Show what a running director does", [json], async (client, arguments, cancellation) =>
        {
            DirectorStatus status = await client.ReadStatus(cancellation);
            await Console.Out.WriteLineAsync(
                arguments.GetValue(json) ? JsonSerializer.Serialize(status, ApiJson.Default.DirectorStatus) : StatusReport.Render(status));
        });
    }
}
