using System.CommandLine;
using System.Text.Json;
using FastLb.Command.Reports;
using FastLb.Control.Api;
using FastLb.Control.Connections;
using FastLb.DataplaneChannel.Messages;
using FastLb.Runtime;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb conns</c>: the connections of a running director, in ipvsadm's columns.</summary>
internal static class ConnsCommand
{
    public static System.CommandLine.Command Create()
    {
        Option<bool> json = SharedOptions.Json("An object for each connection, one to a line");
        Option<string?> protocol = Filter("--protocol", "tcp|udp", "Only those of this protocol");
        Option<string?> service = Filter("--service", "ADDRESS:PORT", "Only those to this virtual service");
        Option<string?> server = Filter("--server", "ADDRESS[:PORT]", "Only those that go to this real server");
        Option<string?> client = Filter("--client", "ADDRESS[/LENGTH]", "Only those of this client, or of clients with this prefix");
        Option<string?> limit = Filter("--limit", "N", "No more than so many");
        return ClientCommand.Create(
            "conns", "Show the connections of a running director", [json, protocol, service, server, client, limit],
            async (director, arguments, cancellation) =>
            {
                var query = new ConnectionQuery(
                    arguments.GetValue(protocol), arguments.GetValue(service), arguments.GetValue(server), arguments.GetValue(client), arguments.GetValue(limit));
                if (!query.TryRead(out _, out _, out string? fault))
                    throw new DirectorException(fault!);
                bool asJson = arguments.GetValue(json), begun = asJson;
                await foreach (ConnectionStatus connection in director.ReadConnections(query, cancellation))
                {
                    if (!begun)
                        await Console.Out.WriteLineAsync(ConnectionReport.Header);
                    begun = true;
                    await Console.Out.WriteLineAsync(
                        asJson ? JsonSerializer.Serialize(connection, LineJson.Default.ConnectionStatus) : ConnectionReport.Render(connection));
                }

                if (!begun)
                    await Console.Out.WriteLineAsync(ConnectionReport.Header);
            });
    }

    private static Option<string?> Filter(string name, string form, string description) => new(name) { HelpName = form, Description = description };
}
