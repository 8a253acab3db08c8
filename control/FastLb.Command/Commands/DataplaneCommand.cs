using System.CommandLine;
using FastLb.Control.Runtime;
using FastLb.DataplaneHost;
using FastLb.Native;
using Microsoft.Extensions.Logging;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb dataplane</c>: the process that forwards; <c>run</c> starts it.</summary>
internal static class DataplaneCommand
{
    public static System.CommandLine.Command Create()
    {
        Option<string> directory = SharedOptions.RuntimeDirectory();
        Option<string> format = SharedOptions.LogFormat();
        var parent = new Option<int>("--parent") { Description = "Process whose end ends this one" };
        var flowTable = new Option<int>("--flow-table") { Description = "Inherited descriptor of the flow table's memory", DefaultValueFactory = _ => -1 };
        var capacity = new Option<int>("--flow-capacity") { Description = "Flows that a new table holds", DefaultValueFactory = _ => DataplaneOptions.DefaultFlowCapacity };
        var command = new System.CommandLine.Command("dataplane", "The forwarding process; started by 'run'") { directory, format, parent, flowTable, capacity };
        command.Hidden = true;
        command.SetAction(async (arguments, _) =>
        {
            using ILoggerFactory logs = Logging.Create(arguments.GetRequiredValue(format));
            var runtime = new RuntimeDirectory(arguments.GetRequiredValue(directory));
            try
            {
                return await DataplaneProcess.Run(
                    new DataplaneOptions(runtime.DataplaneSocket, arguments.GetValue(parent), arguments.GetValue(flowTable), arguments.GetValue(capacity)), logs);
            }
            catch (Exception fault) when (fault is SystemCallException or KernelFeatureException)
            {
                logs.CreateLogger("dataplane").LogCritical("{Fault}", fault.Message);
                return 1;
            }
        });
        return command;
    }
}
