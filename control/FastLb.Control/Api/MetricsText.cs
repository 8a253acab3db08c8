using System.Globalization;
using System.Text;
using FastLb.DataplaneChannel.Messages;
using FastLb.Runtime;
using FastLb.VrrpChannel;

namespace FastLb.Control.Api;

/// <summary>
/// The status as figures in Prometheus' text format, version 0.0.4. Counters are those of the running processes: they begin anew with them, which Prometheus expects.
/// </summary>
internal static class MetricsText
{
    /// <summary>What the text is, for HTTP.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>All figures; lines end in a line feed.</summary>
    public static string Render(DirectorStatus status, VrrpStatus vrrp)
    {
        var text = new Writer();
        text.Family("fastlb_up", "gauge", "1 while a process of the director runs.");
        foreach (ProcessReport process in status.Processes)
            text.Sample("fastlb_up", process.Pid is null ? 0 : 1, ("process", process.Role.ToString().ToLowerInvariant()));
        text.Family("fastlb_process_restarts_total", "counter", "How often a process was started again.");
        foreach (ProcessReport process in status.Processes)
            text.Sample("fastlb_process_restarts_total", process.Restarts, ("process", process.Role.ToString().ToLowerInvariant()));
        AddVirtualRouters(text, vrrp);
        AddServices(text, status);
        AddServers(text, status);
        AddDataplane(text, status);
        return text.ToString();
    }

    private static void AddVirtualRouters(Writer text, VrrpStatus vrrp)
    {
        (string Name, string Kind, string Help, Func<VrrpInstanceStatus, double> Value)[] families =
        [
            ("fastlb_vrrp_master", "gauge", "1 while the instance is master.", instance => instance.State == VrrpState.Master ? 1 : 0),
            ("fastlb_vrrp_fault", "gauge", "1 while the instance can take no part.", instance => instance.State == VrrpState.Fault ? 1 : 0),
            ("fastlb_vrrp_became_master_total", "counter", "How often the instance became master.", instance => instance.Counters.BecameMaster),
            ("fastlb_vrrp_advertisements_sent_total", "counter", "Advertisements sent.", instance => instance.Counters.Sent),
            ("fastlb_vrrp_advertisements_received_total", "counter", "Advertisements received, discarded ones included.", instance => instance.Counters.Received),
        ];
        foreach ((string name, string kind, string help, Func<VrrpInstanceStatus, double> value) in families)
        {
            text.Family(name, kind, help);
            foreach (VrrpInstanceStatus instance in vrrp.Instances)
                text.Sample(name, value(instance), ("instance", instance.Name), ("interface", instance.Interface));
        }
    }

    private static void AddServices(Writer text, DirectorStatus status)
    {
        (string Name, string Kind, string Help, Func<DirectorServiceStatus, double> Value)[] families =
        [
            ("fastlb_service_steered", "gauge", "1 while frames for the service are taken here.", service => service.Steered ? 1 : 0),
            ("fastlb_service_quorum", "gauge", "1 while enough real servers are alive.", service => service.HasQuorum ? 1 : 0),
            ("fastlb_service_active_connections", "gauge", "Established connections.", service => service.ActiveConnections),
            ("fastlb_service_inactive_connections", "gauge", "Other connections that are remembered.", service => service.InactiveConnections),
            ("fastlb_service_connections_total", "counter", "Connections begun.", service => service.Connections),
            ("fastlb_service_packets_total", "counter", "Packets from clients.", service => service.Packets),
            ("fastlb_service_bytes_total", "counter", "Bytes from clients, from the IP header on.", service => service.Bytes),
            ("fastlb_service_reply_packets_total", "counter", "Packets to clients, where they pass the director.", service => service.ReplyPackets),
            ("fastlb_service_reply_bytes_total", "counter", "Bytes to clients, where they pass the director.", service => service.ReplyBytes),
        ];
        foreach ((string name, string kind, string help, Func<DirectorServiceStatus, double> value) in families)
        {
            text.Family(name, kind, help);
            foreach (DirectorServiceStatus service in status.Services)
                text.Sample(name, value(service), LabelsOf(service));
        }
    }

    private static void AddServers(Writer text, DirectorStatus status)
    {
        (string Name, string Kind, string Help, Func<DirectorServerStatus, double> Value)[] families =
        [
            ("fastlb_server_up", "gauge", "1 while the server passes its checks, or has none.", server => server.Health == "down" ? 0 : 1),
            ("fastlb_server_suspected", "gauge", "1 while the server gets no new connections because of passive checks.", server => server.Suspicion is null ? 0 : 1),
            ("fastlb_server_weight", "gauge", "Its share of new connections.", server => server.Weight),
            ("fastlb_server_active_connections", "gauge", "Established connections.", server => server.ActiveConnections),
            ("fastlb_server_inactive_connections", "gauge", "Other connections that are remembered.", server => server.InactiveConnections),
            ("fastlb_server_connections_total", "counter", "Connections begun.", server => server.Connections),
            ("fastlb_server_packets_total", "counter", "Packets from clients.", server => server.Packets),
            ("fastlb_server_bytes_total", "counter", "Bytes from clients, from the IP header on.", server => server.Bytes),
            ("fastlb_server_answered_total", "counter", "TCP connections that the server has answered.", server => server.Openings.Answered),
            ("fastlb_server_unanswered_total", "counter", "TCP connections whose SYN had to be repeated, or that ended without an answer.", server => server.Openings.Unanswered),
            ("fastlb_server_refused_total", "counter", "TCP connections that the server has answered with a reset; seen with NAT alone.", server => server.Openings.Refused),
        ];
        foreach ((string name, string kind, string help, Func<DirectorServerStatus, double> value) in families)
        {
            text.Family(name, kind, help);
            foreach (DirectorServiceStatus service in status.Services)
            {
                foreach (DirectorServerStatus server in service.Servers)
                    text.Sample(name, value(server), [.. LabelsOf(service), ("server", $"{server.Address}"), ("server_port", $"{server.Port}")]);
            }
        }
    }

    private static void AddDataplane(Writer text, DirectorStatus status)
    {
        text.Family("fastlb_verdicts_total", "counter", "Frames by the reason of their verdict.");
        foreach ((string reason, long frames) in status.Verdicts)
            text.Sample("fastlb_verdicts_total", frames, ("reason", reason));
        if (status.Flows is { } flows)
        {
            text.Family("fastlb_flows", "gauge", "Flows that are remembered.");
            text.Sample("fastlb_flows", flows.Count);
            text.Family("fastlb_flow_table_size", "gauge", "Flows that there is room for.");
            text.Sample("fastlb_flow_table_size", flows.Capacity);
        }

        text.Family("fastlb_port_received_total", "counter", "Frames taken from a receive queue.");
        foreach (PortStatus port in status.Ports)
            text.Sample("fastlb_port_received_total", port.Received, LabelsOf(port));
        text.Family("fastlb_port_transmitted_total", "counter", "Frames sent.");
        foreach (PortStatus port in status.Ports)
            text.Sample("fastlb_port_transmitted_total", port.Transmitted, LabelsOf(port));
    }

    private static (string Name, string Value)[] LabelsOf(DirectorServiceStatus service) => service.Mark != 0
        ? [("protocol", "FWM"), ("address", $"{service.Mark}"), ("port", "0")]
        : [("protocol", service.Protocol), ("address", $"{service.Address}"), ("port", $"{service.Port}")];

    private static (string Name, string Value)[] LabelsOf(PortStatus port) => [("interface", port.Interface), ("queue", $"{port.Queue}")];

    private sealed class Writer
    {
        private readonly StringBuilder _text = new();

        public void Family(string name, string kind, string help) => _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");

        public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
        {
            _text.Append(name);
            for (int i = 0; i < labels.Length; i++)
                _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
            if (labels.Length > 0)
                _text.Append('}');
            _text.Append(CultureInfo.InvariantCulture, $" {value:R}\n");
        }

        public override string ToString() => _text.ToString();

        private static string Escape(string value) =>
            value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }
}
