using System.CommandLine;
using FastLb.Command.Commands;

var root = new RootCommand("FastLb, a layer-4 load balancer that reads keepalived.conf")
{
    RunCommand.Create(),
    CheckCommand.Create(),
    KeywordCommand.Create(),
    ReloadCommand.Create(),
    StatusCommand.Create(),
    ConnsCommand.Create(),
    VrrpCommand.Create(),
    EventsCommand.Create(),
    ExplainCommand.Create(),
    ReplayCommand.Create(),
    BenchCommand.Create(),
    RealServerCommand.Create(),
    ProcessCommand.Create(),
};

// Signals are each command's own affair: the daemon's processes stop in good order, however long that takes.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
