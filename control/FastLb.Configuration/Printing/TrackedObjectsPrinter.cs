using FastLb.Configuration.Model;
using FastLb.Configuration.Scripts;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes what can be tracked: scripts, files, processes and BFD sessions. They stand above whoever tracks them.</summary>
internal static class TrackedObjectsPrinter
{
    /// <summary>All of them.</summary>
    public static void Print(BlockWriter writer, DirectorConfiguration configuration)
    {
        foreach (TrackedScript script in configuration.TrackedScripts) Print(writer, script);
        foreach (TrackedFile file in configuration.TrackedFiles) Print(writer, file);
        foreach (TrackedProcess process in configuration.TrackedProcesses) Print(writer, process);
        foreach (BfdSession session in configuration.BfdSessions) Print(writer, session);
    }

    private static void Print(BlockWriter writer, TrackedScript script)
    {
        writer.Open("vrrp_script", script.Name);
        writer.QuotedLine("script", CommandPrinter.Print(script.Command));
        writer.Line("interval", Seconds(script.Interval));
        if (script.Timeout is { } timeout) writer.Line("timeout", Seconds(timeout));
        writer.Line("weight", VrrpTrackersPrinter.Words(script.Weight));
        writer.Line("rise", Number(script.Rise));
        writer.Line("fall", Number(script.Fall));
        if (script.StartsFailed) writer.Line("init_fail");
        writer.Close();
    }

    private static void Print(BlockWriter writer, TrackedFile file)
    {
        writer.Open("track_file", file.Name);
        writer.Line("file", file.Path);
        writer.Line("weight", VrrpTrackersPrinter.Words(file.Weight));
        if (file.InitialValue is { } value) writer.Line("init_file", file.Overwrites ? [Number(value), "overwrite"] : [Number(value)]);
        writer.Close();
    }

    private static void Print(BlockWriter writer, TrackedProcess process)
    {
        writer.Open("vrrp_track_process", process.Name);
        writer.Line("process", [.. process.Command]);
        if (process.ParameterMatch != ParameterMatch.Exact) writer.Line("param_match", process.ParameterMatch == ParameterMatch.Initial ? "initial" : "partial");
        writer.Line("weight", VrrpTrackersPrinter.Words(process.Weight));
        writer.Line("quorum", Number(process.Quorum));
        if (process.MostProcesses is { } most) writer.Line("quorum_max", Number(most));
        if (process.ForkDelay > TimeSpan.Zero) writer.Line("fork_delay", Seconds(process.ForkDelay));
        if (process.TerminateDelay > TimeSpan.Zero) writer.Line("terminate_delay", Seconds(process.TerminateDelay));
        if (process.ComparesCommandLine) writer.Line("full_command");
        writer.Close();
    }

    private static void Print(BlockWriter writer, BfdSession session)
    {
        writer.Open("bfd_instance", session.Name);
        writer.Line("neighbor_ip", session.Neighbour.ToString());
        if (session.SourceAddress is { } source) writer.Line("source_ip", source.ToString());
        writer.Line("min_rx", Milliseconds(session.ReceiveInterval));
        writer.Line("min_tx", Milliseconds(session.TransmitInterval));
        writer.Line("idle_tx", Milliseconds(session.IdleTransmitInterval));
        writer.Line("multiplier", Number(session.Multiplier));
        if (session.IsPassive) writer.Line("passive");
        if (session.TimeToLive is { } timeToLive) writer.Line(session.Neighbour.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "hoplimit" : "ttl", Number(timeToLive));
        writer.Line("max_hops", Number(session.MostHops));
        if (session.IsMultihop) writer.Line("multihop");
        writer.Line("weight", VrrpTrackersPrinter.Words(session.Weight));
        if (session.Listeners == BfdListeners.Vrrp) writer.Line("vrrp");
        if (session.Listeners == BfdListeners.Checkers) writer.Line("checker");
        writer.Close();
    }
}
