using System.Globalization;
using System.Net;
using System.Text;
using FastLb.Control.Api;
using FastLb.DataplaneChannel.Messages;
using FastLb.Runtime;

namespace FastLb.Command.Reports;

/// <summary>A director's status as text, with ipvsadm's columns first.</summary>
internal static class StatusReport
{
    public static string Render(DirectorStatus status)
    {
        var text = new StringBuilder();
        AppendProcess(text, status);
        AppendServices(text, status);
        AppendCounts(text, "Verdicts", status.Verdicts);
        foreach (SteeringStatus steering in status.Steering)
            AppendCounts(text, $"Steering on {steering.Interface}", steering.Outcomes);
        AppendPorts(text, status);
        return text.ToString().TrimEnd();
    }

    private static void AppendProcess(StringBuilder text, DirectorStatus status)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"Configuration  {status.Configuration}, generation {status.Generation}");
        foreach (ProcessReport process in status.Processes)
        {
            string pid = process.Pid is { } number ? $", process {number}" : string.Empty;
            string end = process.LastEnd is { } last ? $"; the last one {last}" : string.Empty;
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{NameOf(process.Role),-14} {process.State.ToString().ToLowerInvariant()}{pid}, started again {process.Restarts} times{end}");
        }

        if (status.DataplaneFault is { } fault)
            text.AppendLine(CultureInfo.InvariantCulture, $"               {fault}");
        foreach (VirtualAddressStatus address in status.VirtualAddresses)
        {
            string reason = address.Fault is { } cause ? $"; {address.Instance} is in fault: {cause}" : string.Empty;
            text.AppendLine(CultureInfo.InvariantCulture, $"Address        {address.Address} on {address.Interface}: {address.State}{reason}");
        }

        if (status.Flows is { } flows)
            text.AppendLine(CultureInfo.InvariantCulture, $"Flows          {flows.Count} of {flows.Capacity}, {flows.HalfOpen} of them half-open; {flows.EvictedHalfOpen} half-open ones evicted");
        if (status.Frames is { } frames)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"Frames         {frames.Total}: {frames.Free} free, {frames.Fill + frames.Receive} receiving, {frames.Transmit + frames.Completion} sending, {frames.Held} held, {frames.Lost} lost");
        }
    }

    private static string NameOf(ProcessRole role) => role == ProcessRole.Vrrp ? "VRRP" : role.ToString();

    private static void AppendServices(StringBuilder text, DirectorStatus status)
    {
        if (status.Services.Count == 0)
            return;
        text.AppendLine();
        text.AppendLine("Prot LocalAddress:Port Scheduler");
        text.AppendLine("  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn      Conns    Packets         Bytes    Replies  Health     Next hop");
        foreach (DirectorServiceStatus service in status.Services)
        {
            string standing = (service.Steered ? string.Empty : ", not steered: the address is not held here") + (service.HasQuorum ? string.Empty : ", without quorum")
                + (service.ChecksSuspended ? ", its servers are not checked: the address is not on this machine" : string.Empty);
            text.AppendLine(CultureInfo.InvariantCulture, $"{service.Protocol,-4} {NameOf(service)} {service.Scheduler}{PersistenceOf(service)}{standing}");
            foreach (DirectorServerStatus server in service.Servers)
            {
                string way = server.Adjacency.Mac is { } mac ? $"{mac} on {server.Adjacency.Interface}{(server.Adjacency.Vlan is { } vlan ? $", VLAN {vlan}" : string.Empty)}" : $"{server.Adjacency.State}: {server.Adjacency.Explanation}";
                string health = server.IsSorryServer ? "sorry" : server.Suspicion is null ? server.Health : "suspected";
                string failure = (server.HealthRemark ?? (server is { Health: "down" } ? server.LastFailure : server.Suspicion)) is { } told ? $"  ({told})" : string.Empty;
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"  -> {new IPEndPoint(server.Address, server.Port),-28} {ForwardOf(server.Method),-7} {server.Weight,-6} {server.ActiveConnections,-10} {server.InactiveConnections,-9} {server.Connections,10} {server.Packets,10} {server.Bytes,13} {server.ReplyPackets,10}  {health,-9}  {way}{failure}{ClientsOf(service, server)}");
            }
        }
    }

    private static string NameOf(DirectorServiceStatus service) =>
        (service.Mark != 0 ? service.Mark.ToString(CultureInfo.InvariantCulture) : new IPEndPoint(service.Address, service.Port).ToString())
        + (service.Group is { } group ? $" of group {group}" : string.Empty);

    // As ipvsadm has it.
    private static string PersistenceOf(DirectorServiceStatus service) => service.PersistenceTimeout is not { } seconds
        ? string.Empty
        : string.Create(CultureInfo.InvariantCulture, $" persistent {seconds}{(IPAddress.Broadcast.Equals(service.PersistenceMask) ? string.Empty : $" mask {service.PersistenceMask}")}");

    private static string ClientsOf(DirectorServiceStatus service, DirectorServerStatus server) =>
        service.PersistenceTimeout is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"  persistent clients: {server.PersistentClients}");

    // The words of ipvsadm.
    private static string ForwardOf(string method) => method switch
    {
        "NAT" => "Masq",
        "TUN" => "Tunnel",
        _ => "Route",
    };

    private static void AppendCounts(StringBuilder text, string title, IReadOnlyDictionary<string, long> counts)
    {
        string shown = string.Join(", ", counts.Where(entry => entry.Value != 0).Select(entry => $"{entry.Key} {entry.Value}"));
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{title}: {(shown.Length == 0 ? "none yet" : shown)}");
    }

    private static void AppendPorts(StringBuilder text, DirectorStatus status)
    {
        text.AppendLine();
        foreach (WorkerStatus worker in status.Workers)
        {
            string place = worker.Processor is { } processor ? $" on processor {processor}" : string.Empty;
            text.AppendLine(CultureInfo.InvariantCulture, $"Worker {worker.Number}{place}: {worker.Flows} flows, {worker.HandedOver} frames handed over to others");
        }

        foreach (PortStatus port in status.Ports)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"Port {port.Interface} queue {port.Queue}: {port.Kind} ({port.Mode}, {port.Copy}), {port.Received} received, {port.Transmitted} transmitted, {port.KernelDropped} dropped by the kernel{(port.Refused == 0 ? string.Empty : $", {port.Refused} refused")}");
        }
    }
}
