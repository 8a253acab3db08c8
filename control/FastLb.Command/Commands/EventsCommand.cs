using System.CommandLine;
using System.Text.Json;
using FastLb.Control.Api;
using FastLb.Control.Events;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb events</c>: what has happened to a running director, and with <c>--follow</c> what happens to it.</summary>
internal static class EventsCommand
{
    public static System.CommandLine.Command Create()
    {
        Option<bool> json = SharedOptions.Json("An object for each event, one to a line");
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what happens from now on, until interrupted" };
        return ClientCommand.Create("events", "Show what has happened to a running director", [json, follow], async (client, arguments, cancellation) =>
        {
            bool asJson = arguments.GetValue(json);
            if (!arguments.GetValue(follow))
            {
                foreach (DirectorEvent happened in await client.ReadEvents(cancellation))
                    await Console.Out.WriteLineAsync(Render(happened, asJson));
                return;
            }

            try
            {
                await foreach (DirectorEvent happened in client.FollowEvents(cancellation))
                    await Console.Out.WriteLineAsync(Render(happened, asJson));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return; // interrupted, as was to be
            }
        });
    }

    private static string Render(DirectorEvent happened, bool asJson) => asJson
        ? JsonSerializer.Serialize(happened, LineJson.Default.DirectorEvent)
        : $"{happened.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff}  {happened.Kind.ToString().ToLowerInvariant(),-7}  {happened.Subject}: {happened.Text}";
}
