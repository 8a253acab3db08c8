using FastLb.Configuration.Model;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Checkers.Http;

namespace FastLb.HealthChecks.Tests.Checkers.Http;

/// <summary>
/// Which page comes next. A script has a sign for each answer, + or -; a course has the page asked for, then ! when all have passed, and the pause where it isn't the
/// period.
/// </summary>
public sealed class PageSequenceTests
{
    private static readonly ProbeTiming Timing = new(TimeSpan.FromSeconds(10), Retries: 1, TimeSpan.FromSeconds(3), TimeSpan.Zero);

    [Theory]
    [InlineData(1, "+++", "0! 0! 0!")]
    [InlineData(3, "+++++++", "0 1 2! 0 1 2! 0")]
    [InlineData(2, "++-+-+", "0 1! 0~3 0 1~3 1!")] // while up, a page that fails is asked for again, and then the next
    [InlineData(2, "++---+++", "0 1! 0~3 0~10 0~10 0 0 1!")] // the one that took the server down first, then all
    [InlineData(2, "-+++", "0~10 0 0 1!")]
    [InlineData(1, "-++", "0~10 0 0!")] // one page must pass twice
    [InlineData(3, "-++-++", "0~10 0 0 1~3 1 2!")] // on the way up, one that fails is asked for until it passes
    [InlineData(2, "+-++", "0 1~10 1 0")] // nothing fails before all have passed
    public void Pages_are_asked_for_in_turn(int pages, string script, string course) => Assert.Equal(course, Run(new PageSequence(pages, Timing, recoversFast: false), script));

    [Theory]
    [InlineData("++-+", "0~0 1! 0~3 0")] // nothing is hurried while the server is up
    [InlineData("++--+++", "0~0 1! 0~3 0~10 0~0 0~0 1!")]
    public void Fast_recovery_leaves_no_pause_between_pages_that_pass_on_the_way_up(string script, string course) =>
        Assert.Equal(course, Run(new PageSequence(2, Timing, recoversFast: true), script));

    [Fact]
    public void A_delay_before_retry_longer_than_the_period_holds_for_servers_that_are_down() =>
        Assert.Equal("0~20 0~20", Run(new PageSequence(1, Timing with { DelayBeforeRetry = TimeSpan.FromSeconds(20) }, recoversFast: false), "--"));

    private static string Run(PageSequence sequence, string script)
    {
        List<string> course = [];
        foreach (char answer in script)
        {
            int page = sequence.Current;
            ProbeResult result = answer == '+' ? sequence.Pass() : sequence.Fail("refused");
            Assert.Equal(answer == '+', result.Outcome is ProbeOutcome.Passed or ProbeOutcome.PassedInPart);
            course.Add($"{page}{(result.Outcome == ProbeOutcome.Passed ? "!" : string.Empty)}{(result.Pause is { } pause ? $"~{pause.TotalSeconds:0}" : string.Empty)}");
        }

        return string.Join(' ', course);
    }
}
