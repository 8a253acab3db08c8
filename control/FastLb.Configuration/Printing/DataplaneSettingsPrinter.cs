using System.Net;
using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes the <c>fastlb</c> block.</summary>
internal static class DataplaneSettingsPrinter
{
    /// <summary>The block, with nothing left to defaults.</summary>
    public static void Print(BlockWriter writer, DataplaneSettings settings, IEnumerable<VirtualServer> services)
    {
        writer.Open("fastlb");
        writer.Line("unknown_flows", KeywordNames.Of(settings.UnknownFlows));
        writer.Line("sloppy_tcp", Switch(settings.SloppyTcp));
        writer.Line("expire_nodest_conn", Switch(settings.ExpiresConnectionsOfRemovedServers));
        writer.Line("expire_quiescent_template", Switch(settings.ExpiresQuiescentTemplates));
        writer.Line("conn_reuse_mode", Number(settings.ConnectionReuseMode));
        writer.Line("secure_tcp", Switch(settings.SecureTcp));
        writer.Line("mh_table_size", Number(settings.MaglevTableSize));
        writer.Line("flow_table_size", Number(settings.FlowTableSize));
        PrintPorts(writer, settings.Ports);
        if (settings.Listeners.Api is { } api) writer.Line("api_listen", [.. Words(api.Endpoint), api.TokenFile]);
        if (settings.Listeners.Metrics is { } metrics) writer.Line("metrics_listen", Words(metrics));
        PrintRecovery(writer, settings.Recovery);
        if (settings.PassiveChecks is { } passive) writer.Line("passive_checks", Number(passive.Failures), Seconds(passive.Window));
        foreach (VirtualServer service in services)
        {
            if (service.Timeouts is { } timeouts) writer.Line("service_timeouts", [service.Address.ToString(), Number(service.Port), .. Words(timeouts)]);
        }

        if (settings.Defence != new DefenceSettings()) PrintDefence(writer, settings.Defence);
        foreach (MarkRule rule in settings.Marks) Print(writer, rule);
        writer.Close();
    }

    private static void PrintPorts(BlockWriter writer, PortSettings ports)
    {
        writer.Line("backends", [.. ports.Backends.Select(KeywordNames.Of)]);
        if (ports.Interfaces.Count > 0) writer.Line("interfaces", [.. ports.Interfaces]);
        writer.Line("workers", Number(ports.Workers));
        if (ports.WorkerProcessors.Count > 0) writer.Line("worker_cpus", [.. ports.WorkerProcessors.Select(processor => Number(processor))]);
        writer.Line("ring_size", Number(ports.RingSize));
        writer.Line("frames_per_queue", Number(ports.FramesPerQueue));
    }

    private static void PrintRecovery(BlockWriter writer, RecoverySettings recovery)
    {
        if (recovery.SlowStart is { } time) writer.Line("slow_start", Seconds(time));
        if (recovery.Damping is { } damping) writer.Line("flap_damping", Number(damping.Falls), Seconds(damping.Window), Seconds(damping.Hold));
    }

    private static string[] Words(IPEndPoint endpoint) => [endpoint.Address.ToString(), Number(endpoint.Port)];

    private static void Print(BlockWriter writer, MarkRule rule)
    {
        writer.Open("mark", Number(rule.Mark));
        writer.Line("destination", rule.Destination.ToString());
        if (rule.SourcePrefixLength != 0 || !rule.Source.Equals(IPAddress.Any)) writer.Line("source", $"{rule.Source}/{rule.SourcePrefixLength}");
        if (rule.Protocol != TransportProtocol.Any) writer.Line("protocol", KeywordNames.Of(rule.Protocol));
        if (rule.DestinationPorts != PortRange.All) writer.Line("destination_port", rule.DestinationPorts.ToString());
        if (rule.SourcePorts != PortRange.All) writer.Line("source_port", rule.SourcePorts.ToString());
        if (rule.Interface is { } device) writer.Line("interface", device);
        writer.Close();
    }

    /// <summary>The parameters of <c>lvs_timeouts</c>.</summary>
    public static string[] Words(ConnectionTimeouts timeouts) =>
        ["tcp", Seconds(timeouts.Tcp), "tcpfin", Seconds(timeouts.TcpFin), "udp", Seconds(timeouts.Udp)];

    private static void PrintDefence(BlockWriter writer, DefenceSettings defence)
    {
        writer.Open("defence");
        if (defence.HalfOpenLimit is { } limit) writer.Line("half_open_limit", Number(limit));
        if (defence.NewConnectionsPerClient is { } rate)
        {
            writer.Line("new_connections_per_client", Number(rate.PerSecond), "burst", Number(rate.Burst), "prefix", Number(rate.PrefixLength));
        }

        foreach (IPNetwork prefix in defence.Denied) writer.Line("deny", prefix.ToString());
        foreach (IPNetwork prefix in defence.Allowed) writer.Line("allow", prefix.ToString());
        writer.Close();
    }
}
