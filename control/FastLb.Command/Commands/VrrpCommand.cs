using System.CommandLine;
using System.Text.Json;
using FastLb.Command.Reports;
using FastLb.Control.Api;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb vrrp</c>: the virtual routers of a running director, and why they are what they are.</summary>
internal static class VrrpCommand
{
    public static System.CommandLine.Command Create()
    {
        Option<bool> json = SharedOptions.Json("Everything, as JSON");
        return ClientCommand.Create("vrrp", "Show the virtual routers of a running director", [json], async (client, arguments, cancellation) =>
        {
            VrrpStatus status = await client.ReadVrrp(cancellation);
            await Console.Out.WriteLineAsync(
                arguments.GetValue(json) ? JsonSerializer.Serialize(status, ApiJson.Default.VrrpStatus) : VrrpReport.Render(status));
        });
    }
}
