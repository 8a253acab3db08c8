using System.CommandLine;
using FastLb.Control.Api;
using FastLb.Runtime;

namespace FastLb.Command.Commands;

/// <summary>Commands that ask a running director.</summary>
internal static class ClientCommand
{
    /// <summary>Makes such a command. It ends with status 1 and a line on standard error when no director answers.</summary>
    public static System.CommandLine.Command Create(
        string name, string description, IEnumerable<Option> options, Func<ApiClient, ParseResult, CancellationToken, Task> ask)
    {
        Option<string> directory = SharedOptions.RuntimeDirectory();
        var command = new System.CommandLine.Command(name, description) { directory };
        foreach (Option option in options)
            command.Options.Add(option);
        command.SetAction(async (arguments, cancellation) =>
        {
            using var client = new ApiClient(new RuntimeDirectory(arguments.GetRequiredValue(directory)));
            try
            {
                await ask(client, arguments, cancellation);
                return 0;
            }
            catch (DirectorException fault)
            {
                await Console.Error.WriteLineAsync($"fastlb: {fault.Message}");
                return 1;
            }
        });
        return command;
    }
}
