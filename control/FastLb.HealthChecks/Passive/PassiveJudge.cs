using FastLb.Configuration.Model;

namespace FastLb.HealthChecks.Passive;

/// <summary>
/// Judges servers by what becomes of their clients' connections. A server is failing when, within the window, at least so many connections were refused or went unanswered
/// and none was answered. Unanswered ones count only if another server of the service has answered some meanwhile: SYNs from false addresses look the same where replies
/// don't pass the director, and a fault that all servers share is no server's. A function of counts and time; one thread.
/// </summary>
/// <param name="settings">How many, and within which time.</param>
public sealed class PassiveJudge(PassiveCheckSettings settings)
{
    private Dictionary<(ServiceIdentity Service, ServerIdentity Server), OpeningHistory> _histories = [];

    /// <summary>
    /// Takes what is counted at this moment of all servers: one that is missing is forgotten. What has brought about a verdict of failing counts for no other.
    /// </summary>
    /// <param name="readings">No server of a service twice.</param>
    /// <param name="now">The time since any beginning; never less than before.</param>
    /// <returns>Servers that fail, and those that have answered since the last reading; of others nothing can be said.</returns>
    public IReadOnlyList<PassiveVerdict> Judge(IReadOnlyList<ServerReading> readings, TimeSpan now)
    {
        Dictionary<(ServiceIdentity Service, ServerIdentity Server), OpeningHistory> histories = [];
        Dictionary<ServiceIdentity, long> answered = [];
        foreach (ServerReading reading in readings)
        {
            OpeningHistory history = _histories.GetValueOrDefault((reading.Service, reading.Server)) ?? new OpeningHistory(settings.Window);
            history.Add(now, reading.Totals);
            histories.Add((reading.Service, reading.Server), history);
            answered[reading.Service] = answered.GetValueOrDefault(reading.Service) + history.Recent.Answered;
        }

        _histories = histories;
        List<PassiveVerdict> verdicts = [];
        foreach (((ServiceIdentity service, ServerIdentity server), OpeningHistory history) in histories)
        {
            OpeningTotals recent = history.Recent;
            if (history.Latest.Answered > 0)
            {
                verdicts.Add(new PassiveVerdict(service, server, IsFailing: false, history.Latest));
            }
            else if (recent.Answered == 0 && recent.Refused + (answered[service] > 0 ? recent.Unanswered : 0) >= settings.Failures)
            {
                verdicts.Add(new PassiveVerdict(service, server, IsFailing: true, recent));
                history.BeginAnew(now);
            }
        }

        return verdicts;
    }
}
