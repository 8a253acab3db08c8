namespace FastLb.Probing;

/// <summary>How late the probe was with one connection.</summary>
public readonly record struct Delay(TimeSpan Due, TimeSpan Start)
{
    public TimeSpan Lateness => Start - Due;
}

/// <summary>A time in which no connection succeeded.</summary>
/// <param name="Start">When the first attempt that failed was made.</param>
/// <param name="End">When the next answer was complete, or the probe's last attempt over.</param>
public readonly record struct Outage(TimeSpan Start, TimeSpan End)
{
    public TimeSpan Duration => End - Start;
}

/// <summary>What one server answered.</summary>
/// <param name="First">Start of the first attempt that it answered.</param>
/// <param name="Last">Start of the last.</param>
public readonly record struct AnswerShare(int Count, TimeSpan First, TimeSpan Last);

/// <summary>What a probe saw. All times are on the probe's clock.</summary>
/// <param name="Attempts">In the order of their starts.</param>
/// <param name="GreatestLateness">By how much the probe missed its own pace at worst.</param>
public sealed record ProbeReport(
    DateTimeOffset StartedAt, IReadOnlyList<ConnectionAttempt> Attempts, IReadOnlyList<Outage> Outages, TimeSpan GreatestLateness)
{
    public int Total => Attempts.Count;

    public int Answered => Attempts.Count(attempt => attempt.IsAnswered);

    public int Failed => Attempts.Count(attempt => attempt.IsFailure);

    /// <summary>Attempts that say nothing about the service, see <see cref="AttemptOutcome.Disturbed"/>.</summary>
    public int Disturbed => Attempts.Count(attempt => attempt.Outcome == AttemptOutcome.Disturbed);

    /// <summary>Zero long if there was none.</summary>
    public Outage LongestOutage => Outages.DefaultIfEmpty().MaxBy(outage => outage.Duration);

    /// <summary>Whether no attempt succeeded any more after the last that failed.</summary>
    public bool EndsInOutage => Attempts.LastOrDefault(attempt => attempt.Outcome != AttemptOutcome.Disturbed).IsFailure;

    /// <summary>Start of the first attempt that failed.</summary>
    public TimeSpan? FirstFailure => Starts(attempt => attempt.IsFailure).FirstOrDefault();

    /// <summary>Start of the last attempt that failed.</summary>
    public TimeSpan? LastFailure => Starts(attempt => attempt.IsFailure).LastOrDefault();

    /// <summary>The answers by their text: which server gave how many, and when.</summary>
    public IReadOnlyDictionary<string, AnswerShare> Answers { get; } = Attempts
        .Where(attempt => attempt.IsAnswered)
        .GroupBy(attempt => attempt.Text, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => new AnswerShare(group.Count(), group.First().Start, group.Last().Start),
            StringComparer.Ordinal);

    /// <summary>The failures by their reason.</summary>
    public IReadOnlyDictionary<string, int> Faults { get; } = Attempts
        .Where(attempt => attempt.IsFailure)
        .GroupBy(attempt => attempt.Text, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);

    /// <param name="delays">Of all attempts.</param>
    /// <param name="limit">Within which an attempt had to have its answer. A fifth of it is as late as the probe may be to be believed.</param>
    public static ProbeReport Of(
        DateTimeOffset startedAt, IReadOnlyList<ConnectionAttempt> attempts, IReadOnlyList<Delay> delays, TimeSpan limit)
    {
        TimeSpan tolerance = limit / 5;
        Delay[] standstills = [.. delays.Where(delay => delay.Lateness > tolerance)];
        ConnectionAttempt[] judged = [.. attempts.Select(attempt => IsDisturbed(attempt) ? attempt with { Outcome = AttemptOutcome.Disturbed } : attempt)];
        return new ProbeReport(startedAt, judged, FindOutages(judged), delays.Select(delay => delay.Lateness).DefaultIfEmpty().Max());

        bool IsDisturbed(ConnectionAttempt attempt) =>
            attempt.Outcome == AttemptOutcome.Expired
            && (attempt.Duration > limit + tolerance || standstills.Any(late => late.Due < attempt.End && attempt.Start < late.Start));
    }

    public override string ToString() =>
        $"{Total} attempts, {Failed} failed, {Disturbed} disturbed, longest outage {LongestOutage.Duration.TotalMilliseconds:F0} ms from "
        + $"{LongestOutage.Start.TotalMilliseconds:F0} ms on{(EndsInOutage ? ", not over" : "")}; own lateness {GreatestLateness.TotalMilliseconds:F0} ms; "
        + string.Join(", ", [.. Answers.Select(share => $"'{share.Key}' {share.Value.Count}"), .. Faults.Select(fault => $"{fault.Key} {fault.Value}")]);

    private static List<Outage> FindOutages(IReadOnlyList<ConnectionAttempt> attempts)
    {
        List<Outage> outages = [];
        TimeSpan? start = null;
        foreach (ConnectionAttempt attempt in attempts)
        {
            if (attempt.IsFailure)
            {
                start ??= attempt.Start;
            }
            else if (attempt.IsAnswered && start is { } begun)
            {
                outages.Add(new Outage(begun, attempt.End));
                start = null;
            }
        }

        if (start is { } open)
            outages.Add(new Outage(open, attempts.Max(attempt => attempt.End)));
        return outages;
    }

    private IEnumerable<TimeSpan?> Starts(Func<ConnectionAttempt, bool> condition) =>
        Attempts.Where(condition).Select(attempt => (TimeSpan?)attempt.Start);
}
