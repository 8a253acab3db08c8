using System.CommandLine;
using FastLb.Configuration;
using FastLb.Configuration.Model;
using FastLb.Configuration.Preprocessing;
using FastLb.Control;
using FastLb.Dataplane.Flows;
using FastLb.DataplaneHost;
using FastLb.Native;
using FastLb.Runtime;
using FastLb.VrrpHost;
using Microsoft.Extensions.Logging;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb process</c>: the processes of a director, which <c>run</c> starts.</summary>
internal static class ProcessCommand
{
    public static System.CommandLine.Command Create() =>
        new System.CommandLine.Command("process", "One process of a director; started by 'run'")
        {
            CreateDataplane(), CreateVrrp(), CreateControl(),
        }.Hide();

    private static System.CommandLine.Command CreateDataplane()
    {
        var flowTable = new Option<int>("--flow-table") { Description = "Inherited descriptor of the flow table's memory", DefaultValueFactory = _ => -1 };
        var capacity = new Option<int>("--flow-capacity") { Description = "Flows that a new table holds", DefaultValueFactory = _ => FlowTableLayout.DefaultCapacity };
        Option<int> workers = SharedOptions.Workers();
        return Role(ProcessRole.Dataplane, "Forwards packets", [flowTable, capacity, workers], (start, arguments) => DataplaneProcess.Run(
            new DataplaneOptions(
                start.Directory.DataplaneSocket, start.Directory.OffloadJournal, start.Parent, arguments.GetValue(flowTable), arguments.GetValue(capacity),
                arguments.GetValue(workers)),
            start.Logs));
    }

    private static System.CommandLine.Command CreateVrrp()
    {
        var ended = new Option<long>("--predecessor-ended")
        {
            Description = "When the process before this one ended, on the monotonic clock in nanoseconds; 0 for the first",
        };
        return Role(ProcessRole.Vrrp, "Speaks VRRP and holds the virtual addresses", [ended], async (start, arguments) =>
        {
            (DirectorConfiguration configuration, _) = ReadSnapshot(start.Directory);
            await VrrpProcess.Run(new VrrpProcessOptions(configuration, start.Directory, start.Parent, arguments.GetValue(ended)), start.Logs);
            return 0;
        });
    }

    private static System.CommandLine.Command CreateControl() =>
        Role(ProcessRole.Control, "Checks servers, tells the dataplane what to do, serves the API", [], async (start, _) =>
        {
            (DirectorConfiguration configuration, string path) = ReadSnapshot(start.Directory);
            await Director.Run(new DirectorOptions(configuration, path, start.Directory, start.Parent), start.Logs);
            return 0;
        });

    /// <summary>A process of this role. What it can't go on without ends it with status 1 and a line in the log; the supervisor starts it again.</summary>
    private static System.CommandLine.Command Role(ProcessRole role, string description, IEnumerable<Option> options, Func<ProcessStart, ParseResult, Task<int>> run)
    {
        Option<string> directory = SharedOptions.RuntimeDirectory();
        var parent = new Option<int>("--parent") { Description = "Process whose end ends this one" };
        var logging = new LogOptions();
        var command = new System.CommandLine.Command(role.Name(), description) { directory, parent };
        foreach (Option option in options)
            command.Options.Add(option);
        logging.AddTo(command);
        command.SetAction(async (arguments, _) =>
        {
            using ILoggerFactory logs = logging.Create(arguments);
            try
            {
                return await run(new ProcessStart(new RuntimeDirectory(arguments.GetRequiredValue(directory)), arguments.GetValue(parent), logs), arguments);
            }
            catch (Exception fault) when (fault is DirectorException or SystemCallException or KernelFeatureException)
            {
                logs.CreateLogger(role.Name()).LogCritical("{Fault}", fault.Message);
                return 1;
            }
        });
        return command;
    }

    private static (DirectorConfiguration Configuration, string Path) ReadSnapshot(RuntimeDirectory directory)
    {
        ConfigurationSnapshot snapshot = ConfigurationSnapshot.Read(directory);
        ReadingRecord reading = ReadingRecord.FromJson(snapshot.Reading)
            ?? throw new DirectorException($"the snapshot of {snapshot.Path} is not what a supervisor of this version writes; start the director with 'fastlb run'");
        ConfigurationResult result = ConfigurationLoader.Load(reading);
        return result.CanRun
            ? (result.Configuration!, snapshot.Path)
            : throw new DirectorException($"the snapshot of {snapshot.Path} can't be run; 'fastlb check' tells why");
    }

    private static System.CommandLine.Command Hide(this System.CommandLine.Command command)
    {
        command.Hidden = true;
        return command;
    }

    /// <summary>What every process is started with.</summary>
    private sealed record ProcessStart(RuntimeDirectory Directory, int Parent, ILoggerFactory Logs);
}
