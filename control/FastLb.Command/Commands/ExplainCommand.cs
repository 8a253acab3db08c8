using System.CommandLine;
using System.Text.Json;
using FastLb.Command.Reports;
using FastLb.Control.Api;
using FastLb.Control.Explanations;
using FastLb.Runtime;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb explain</c>: what a running director would do with a packet, and why.</summary>
internal static class ExplainCommand
{
    public static System.CommandLine.Command Create()
    {
        Option<bool> json = SharedOptions.Json("The same, as JSON");
        var source = new Option<string>("--src") { Description = "Who would send the packet", HelpName = "ADDRESS:PORT", Required = true };
        var destination = new Option<string>("--dst") { Description = "The virtual service that it would be sent to", HelpName = "ADDRESS:PORT", Required = true };
        var protocol = new Option<string>("--proto") { Description = "Its transport protocol", HelpName = "tcp|udp", DefaultValueFactory = _ => "tcp" };
        var flags = new Option<string?>("--flags") { Description = "TCP's flags, with commas between them; syn unless said otherwise", HelpName = "syn,ack,fin,rst,psh" };
        return ClientCommand.Create(
            "explain", "Tell what a running director would do with a packet, and why; nothing is sent and nothing changes", [source, destination, protocol, flags, json],
            async (director, arguments, cancellation) =>
            {
                var query = new PacketQuery(
                    arguments.GetRequiredValue(source), arguments.GetRequiredValue(destination), arguments.GetRequiredValue(protocol), arguments.GetValue(flags));
                if (!query.TryRead(out _, out string? fault))
                    throw new DirectorException(fault!);
                DirectorExplanation answer = await director.Explain(query, cancellation);
                await Console.Out.WriteLineAsync(
                    arguments.GetValue(json) ? JsonSerializer.Serialize(answer, ApiJson.Default.DirectorExplanation) : ExplanationReport.Render(answer));
            });
    }
}
