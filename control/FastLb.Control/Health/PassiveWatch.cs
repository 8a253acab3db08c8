using System.Globalization;
using System.Net;
using FastLb.Configuration.Model;
using FastLb.Control.Engines;
using FastLb.DataplaneChannel.Messages;
using FastLb.HealthChecks;
using FastLb.HealthChecks.Passive;
using FastLb.Runtime;

namespace FastLb.Control.Health;

/// <summary>
/// Makes passive checks: reads what the dataplane counts of clients' connections, has it judged, and tells the servers' health who is suspected and who has answered. Goes on while the dataplane
/// is away; its successor counts anew.
/// </summary>
/// <param name="settings">When a server is failing.</param>
/// <param name="services">The services as configured.</param>
/// <param name="engine">Counts.</param>
/// <param name="health">Takes the verdicts.</param>
/// <param name="time">Measures windows and pauses.</param>
internal sealed class PassiveWatch(PassiveCheckSettings settings, IReadOnlyList<VirtualServer> services, IForwardingEngine engine, DirectorHealth health, TimeProvider time)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly PassiveJudge _judge = new(settings);
    private readonly long _begun = time.GetTimestamp();

    /// <summary>Between two readings: a quarter of the window, from 250 ms to a second.</summary>
    public TimeSpan Pause { get; } = TimeSpan.FromTicks(Math.Clamp(settings.Window.Ticks / 4, ShortestPause.Ticks, LongestPause.Ticks));

    /// <summary>Watches until cancelled; once only.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task Run(CancellationToken cancellation)
    {
        using var pause = new PeriodicTimer(Pause, time);
        while (await pause.WaitForNextTickAsync(cancellation))
            await Look(cancellation);
    }

    /// <summary>Reads once, and has it judged. One at a time.</summary>
    public async Task Look(CancellationToken cancellation)
    {
        if (await ReadStatus(cancellation) is { } status)
            Tell(_judge.Judge(ReadingsOf(status), time.GetElapsedTime(_begun)));
        health.EndOverdueSuspicions();
    }

    /// <summary>Null while there is no dataplane, which its connection tells of.</summary>
    private async Task<DataplaneStatus?> ReadStatus(CancellationToken cancellation)
    {
        try
        {
            return await engine.ReadStatus(cancellation);
        }
        catch (DirectorException)
        {
            return null;
        }
    }

    private List<ServerReading> ReadingsOf(DataplaneStatus status)
    {
        Dictionary<(IPAddress Address, int Protocol, ushort Port), Dictionary<(IPAddress Address, ushort Port), OpeningCounts>> counted = status.Services.ToDictionary(
            service => (service.Address, (int)service.Protocol, service.Port),
            service => service.Servers.ToDictionary(server => (server.Address, server.Port), server => server.Openings));
        List<ServerReading> readings = [];
        foreach (VirtualServer service in services)
        {
            foreach (RealServer server in service.RealServers)
            {
                if (Sum(service, server) is { } totals)
                    readings.Add(new ServerReading(ServiceIdentity.Of(service), ServerIdentity.Of(server), totals));
            }
        }

        return readings;

        // Null when the dataplane doesn't have it for all of the service's endpoints: a sum of some would seem to grow when the others come.
        OpeningTotals? Sum(VirtualServer service, RealServer server)
        {
            OpeningTotals sum = default;
            foreach (VirtualEndpoint endpoint in service.Endpoints)
            {
                if (!counted.TryGetValue((endpoint.Address, (int)endpoint.Protocol, endpoint.Port), out Dictionary<(IPAddress Address, ushort Port), OpeningCounts>? servers)
                    || !servers.TryGetValue((server.Address, endpoint.ServerPort(server.Port, server.Method)), out OpeningCounts counts))
                    return null;
                sum = sum.Plus(new OpeningTotals(counts.Answered, counts.Unanswered, counts.Refused));
            }

            return sum;
        }
    }

    private void Tell(IReadOnlyList<PassiveVerdict> verdicts)
    {
        foreach (PassiveVerdict verdict in verdicts)
        {
            if (verdict.IsFailing)
                health.Suspect(verdict.Service, verdict.Server, CauseOf(verdict.Counted), settings.Patience);
            else
                health.Acquit(verdict.Service, verdict.Server, $"{Connections(verdict.Counted.Answered)} answered");
        }
    }

    private string CauseOf(OpeningTotals counted)
    {
        string failed = (counted.Refused, counted.Unanswered) switch
        {
            (0, _) => $"{Connections(counted.Unanswered)} unanswered",
            (_, 0) => $"{Connections(counted.Refused)} refused",
            _ => $"{Connections(counted.Refused)} refused and {counted.Unanswered} unanswered",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{failed} within {settings.Window.TotalSeconds:0} s, 0 answered");
    }

    private static string Connections(long count) => count == 1 ? "1 connection" : $"{count} connections";
}
