using FastLb.Probing;
using Xunit;

namespace FastLb.Lab.Tests.Probing;

/// <summary>What is made of a probe's attempts: a failure of the service, an outage, or the probe's own fault.</summary>
public sealed class ProbeReportTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void Outage_lasts_from_the_first_failed_attempt_to_the_end_of_the_next_that_succeeds()
    {
        ProbeReport report = Report([Answered(0), Refused(10), Refused(20), Answered(30), Answered(40)]);

        Assert.Equal(new Outage(Milliseconds(10), Milliseconds(31)), Assert.Single(report.Outages));
        Assert.Equal((5, 3, 2, 0), (report.Total, report.Answered, report.Failed, report.Disturbed));
        Assert.Equal((Milliseconds(10), Milliseconds(20)), (report.FirstFailure, report.LastFailure));
        Assert.False(report.EndsInOutage);
    }

    [Fact]
    public void Every_second_request_failing_makes_many_short_outages()
    {
        ProbeReport report = Report([Refused(0), Answered(10), Refused(20), Answered(30), Refused(40), Answered(50)]);

        Assert.Equal(3, report.Outages.Count);
        Assert.Equal(Milliseconds(11), report.LongestOutage.Duration);
    }

    [Fact]
    public void Outage_that_is_not_over_lasts_to_the_end_of_the_last_attempt()
    {
        ProbeReport report = Report([Answered(0), Expired(10), Expired(20)]);

        Assert.True(report.EndsInOutage);
        Assert.Equal(new Outage(Milliseconds(10), Milliseconds(520)), report.LongestOutage);
    }

    [Fact]
    public void Without_failures_there_is_no_outage()
    {
        ProbeReport report = Report([Answered(0), Answered(10)]);

        Assert.Empty(report.Outages);
        Assert.Equal(TimeSpan.Zero, report.LongestOutage.Duration);
        Assert.Null(report.FirstFailure);
        Assert.False(report.EndsInOutage);
    }

    [Fact]
    public void Attempt_that_expires_while_the_probe_stands_still_tells_nothing_of_the_service()
    {
        ProbeReport report = Report(
            [Answered(0), Expired(10), Answered(300), Answered(310)], [new Delay(Milliseconds(20), Milliseconds(300))]);

        Assert.Equal((0, 1), (report.Failed, report.Disturbed));
        Assert.Empty(report.Outages);
        Assert.Equal(Milliseconds(280), report.GreatestLateness);
    }

    [Fact]
    public void Attempt_whose_end_was_noticed_late_tells_nothing_of_the_service()
    {
        ProbeReport report = Report([Answered(0), Expired(10) with { Duration = Milliseconds(601) }]);

        Assert.Equal((0, 1), (report.Failed, report.Disturbed));
    }

    [Fact]
    public void Refusal_counts_even_while_the_probe_stands_still()
    {
        ProbeReport report = Report([Refused(10), Answered(300)], [new Delay(Milliseconds(5), Milliseconds(300))]);

        Assert.Equal((1, 0), (report.Failed, report.Disturbed));
    }

    [Fact]
    public void Answers_and_faults_are_told_apart_by_their_text()
    {
        ProbeReport report = Report([Answered(0, "web01"), Answered(10, "web02"), Answered(20, "web01"), Refused(30)]);

        Assert.Equal(new AnswerShare(2, Milliseconds(0), Milliseconds(20)), report.Answers["web01"]);
        Assert.Equal(new AnswerShare(1, Milliseconds(10), Milliseconds(10)), report.Answers["web02"]);
        Assert.Equal(1, Assert.Single(report.Faults).Value);
    }

    private static ProbeReport Report(IReadOnlyList<ConnectionAttempt> attempts, IReadOnlyList<Delay>? delays = null) =>
        ProbeReport.Of(DateTimeOffset.UnixEpoch, attempts, delays ?? [], Limit);

    private static ConnectionAttempt Answered(int start, string text = "web01") =>
        new(Milliseconds(start), Milliseconds(1), AttemptOutcome.Answered, text);

    private static ConnectionAttempt Refused(int start) =>
        new(Milliseconds(start), TimeSpan.Zero, AttemptOutcome.Failed, "ConnectionRefused");

    private static ConnectionAttempt Expired(int start) =>
        new(Milliseconds(start), Limit, AttemptOutcome.Expired, "no connection");

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
