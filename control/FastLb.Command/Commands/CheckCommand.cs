using System.CommandLine;
using System.CommandLine.Parsing;
using FastLb.Configuration;
using FastLb.Configuration.Changes;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Printing;
using FastLb.Control.Api;
using FastLb.Runtime;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb check</c>: what is wrong with a configuration, all of it; what it comes to; what a reload of it would change.</summary>
internal static class CheckCommand
{
    private static readonly Argument<string?> File = new("FILE")
    {
        Description = $"The configuration; default: {SharedOptions.DefaultFile}. With --explain-changes: the present one; default: what the running director works by",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> AllFiles = ConfigurationReading.AllFiles();

    private static readonly Option<bool> Json = new("--json") { Description = "Diagnostics, or changes, as JSON on standard output, for editors and programs" };

    private static readonly Option<bool> Print = new("--print")
    {
        Description = "Print the configuration as it is understood, with nothing left to defaults, variables or includes; passwords are covered",
    };

    private static readonly Option<bool> Reveal = new("--reveal-secrets") { Description = "With --print: passwords too, so that what is printed can take the file's place" };

    private static readonly Option<string?> NewFile = new("--explain-changes")
    {
        Description = "What a reload of NEW would change, and what that means for connections; nothing is changed",
        HelpName = "NEW",
    };

    public static System.CommandLine.Command Create()
    {
        Option<string?> id = ConfigurationReading.Id();
        Option<string> directory = SharedOptions.RuntimeDirectory();
        var command = new System.CommandLine.Command(
            "check", "Report every fault of a configuration; exit 0 when there is none, 5 for any error or warning, as keepalived -t does")
        {
            File, id, AllFiles, Json, Print, Reveal, NewFile, directory,
        };
        command.Validators.Add(Validate);
        command.SetAction(async (arguments, cancellation) => arguments.GetValue(NewFile) is { } next
            ? await ExplainChanges(arguments, next, id, new RuntimeDirectory(arguments.GetRequiredValue(directory)), cancellation)
            : Check(arguments, id));
        return command;
    }

    private static void Validate(CommandResult command)
    {
        bool comparesFiles = command.GetResult(NewFile) is { Implicit: false };
        if (command.GetValue(Print) && (comparesFiles || command.GetValue(Json)))
            command.AddError($"--print does not go with {(comparesFiles ? "--explain-changes" : "--json")}");
        if (command.GetValue(Reveal) && !command.GetValue(Print))
            command.AddError("--reveal-secrets goes with --print");
    }

    private static int Check(ParseResult arguments, Option<string?> id)
    {
        ConfigurationResult result = ConfigurationReading.Read(arguments.GetValue(File) ?? SharedOptions.DefaultFile, arguments.GetValue(id), arguments.GetValue(AllFiles));
        if (arguments.GetValue(Json))
        {
            Console.Out.WriteLine(DiagnosticJson.Render(result.Diagnostics));
            return result.CheckExitStatus;
        }

        Report(result);
        if (arguments.GetValue(Print) && result.Configuration is { } configuration)
            Console.Out.Write(ConfigurationPrinter.Print(configuration, arguments.GetValue(Reveal) ? SecretPrinting.Reveal : SecretPrinting.Cover));
        return result.CheckExitStatus;
    }

    private static async Task<int> ExplainChanges(ParseResult arguments, string next, Option<string?> id, RuntimeDirectory directory, CancellationToken cancellation)
    {
        ConfigurationResult result = ConfigurationReading.Read(next, arguments.GetValue(id), arguments.GetValue(AllFiles));
        Report(result);
        if (result.Configuration is not { } after)
            return result.CheckExitStatus;
        DirectorConfiguration before;
        ConnectionCount? count = null;
        if (arguments.GetValue(File) is { } file)
        {
            ConfigurationResult present = ConfigurationReading.Read(file, arguments.GetValue(id), arguments.GetValue(AllFiles));
            if (present.Configuration is not { } read)
            {
                Report(present);
                return present.CheckExitStatus;
            }

            before = read;
        }
        else
        {
            try
            {
                if (!System.IO.File.Exists(directory.SnapshotFile))
                    throw new DirectorException($"no director runs with the runtime directory {directory.Path}");
                before = RunningConfiguration.Read(directory).Director;
                count = await ReadConnections(directory, cancellation);
            }
            catch (DirectorException fault)
            {
                await Console.Error.WriteLineAsync($"fastlb: {fault.Message}; to compare two files, write 'fastlb check --explain-changes NEW PRESENT'");
                return 1;
            }
        }

        ConfigurationChanges changes = ConfigurationComparer.Compare(before, after);
        if (!result.CanReplace)
            await Console.Error.WriteLineAsync($"fastlb: a reload of {next} as it is would be refused; this is what it would change without the items that are at fault");
        if (arguments.GetValue(Json))
            await Console.Out.WriteLineAsync(ChangesReport.RenderJson(changes, count));
        else
            await Console.Out.WriteAsync(ChangesReport.Render(changes, count));
        return result.CheckExitStatus;
    }

    private static void Report(ConfigurationResult result)
    {
        Console.Error.Write(DiagnosticRenderer.Render(result.Diagnostics, result.Source));
        if (!result.Diagnostics.IsEmpty)
            Console.Error.WriteLine(DiagnosticRenderer.Summarize(result.Diagnostics, result.Source.Main.FileName));
    }

    /// <summary>Asks the director how many connections its services and servers have.</summary>
    private static async Task<ConnectionCount> ReadConnections(RuntimeDirectory directory, CancellationToken cancellation)
    {
        using var client = new ApiClient(directory);
        DirectorStatus status = await client.ReadStatus(cancellation);
        return (service, server) => status.Services.Where(known => service.Endpoints.Any(endpoint => IsOf(known, endpoint)))
            .SelectMany(known => known.Servers.Where(one => server?.Server is not { } wanted || IsOf(one, known, wanted)))
            .Sum(one => (long)one.ActiveConnections + one.InactiveConnections);
    }

    private static bool IsOf(DirectorServiceStatus known, VirtualEndpoint endpoint) => endpoint.Mark != 0
        ? known.Mark == endpoint.Mark
        : known.Mark == 0 && known.Address.Equals(endpoint.Address) && known.Port == endpoint.Port
          && string.Equals(known.Protocol, KeywordNames.Of(endpoint.Protocol), StringComparison.OrdinalIgnoreCase);

    private static bool IsOf(DirectorServerStatus one, DirectorServiceStatus service, Configuration.Model.RealServer wanted) =>
        one.Address.Equals(wanted.Address) && one.Port == new VirtualEndpoint(service.Address, service.Port, TransportProtocol.Tcp).ServerPort(wanted.Port, wanted.Method);
}
