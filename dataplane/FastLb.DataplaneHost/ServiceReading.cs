using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Wire;

namespace FastLb.DataplaneHost;

/// <summary>What has become of the traffic of a service and its servers, as messages tell it. For the thread that compiles the tables.</summary>
internal static class ServiceReading
{
    /// <summary>A service that the current table has.</summary>
    public static ServiceStatus Of(DesiredService service, ServiceTableBuilder tables)
    {
        ServiceKey key = MessageConversion.ToKey(service);
        tables.Current.TryFindService(key, out VirtualService? current);
        TrafficCounters counters = current!.Counters;
        return new ServiceStatus(
            service.Address, service.Port, service.Protocol, service.Scheduler, service.Method, service.IsSteered, counters.Connections, counters.Packets, counters.Bytes,
            counters.ReplyPackets, counters.ReplyBytes, [.. service.Servers.Select(server => Of(key, server, tables))])
        {
            Mark = service.Mark,
        };
    }

    private static ServerStatus Of(in ServiceKey service, DesiredServer server, ServiceTableBuilder tables)
    {
        var identity = new ServerIdentity(service, IpAddress.From(server.Address), server.Port);
        (int active, int inactive, TrafficCounters counters) = tables.Usage(identity);
        return new ServerStatus(
            server.Address, server.Port, server.Weight, server.Method, active, inactive, counters.Connections, counters.Packets, counters.Bytes,
            counters.ReplyPackets, counters.ReplyBytes)
        {
            PersistentClients = tables.TemplatesOf(identity),
            Openings = new OpeningCounts(counters.Answered, counters.Unanswered, counters.Refused),
        };
    }
}
