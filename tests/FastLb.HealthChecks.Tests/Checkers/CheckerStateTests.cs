using CsCheck;
using FastLb.Configuration.Model;
using FastLb.HealthChecks.Checkers;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests.Checkers;

/// <summary>Which results bring a server up and down, and when the next probe comes.</summary>
public sealed class CheckerStateTests
{
    // After each result: U up, D down; p the period until the next probe, r the delay before a retry.
    [Theory]
    [InlineData(false, 1, "", "")]
    [InlineData(false, 1, "+++", "Up Up Up")]
    [InlineData(false, 1, "-", "Dp")] // the very first failure counts at once
    [InlineData(false, 5, "--+", "Dp Dp Up")]
    [InlineData(false, 0, "+-", "Up Dp")]
    [InlineData(false, 1, "+--", "Up Ur Dp")]
    [InlineData(false, 3, "+----", "Up Ur Ur Ur Dp")]
    [InlineData(false, 3, "+---+---+", "Up Ur Ur Ur Up Ur Ur Ur Up")] // a success forgives all failures before it
    [InlineData(false, 1, "+---+-", "Up Ur Dp Dp Up Ur")]
    [InlineData(false, 1, "-+-", "Dp Up Ur")] // once up, it has its retries
    [InlineData(true, 1, "-", "Dp")]
    [InlineData(true, 1, "--+--", "Dp Dp Up Ur Dp")]
    [InlineData(true, 1, "+", "Up")]
    [InlineData(false, 1, "0+0-0-", "Up Up Up Ur Up Dp")] // what could not be asked changes nothing
    [InlineData(true, 1, "0-", "Dp Dp")]
    [InlineData(false, 1, "0-", "Up Dp")] // nor does it count as the first
    [InlineData(false, 1, "~-", "Up Dp")] // a part neither counts as the first
    [InlineData(false, 1, "+-~-", "Up Ur Up Ur")] // but forgives,
    [InlineData(false, 1, "-~~+", "Dp Dp Dp Up")] // and is not enough for a server that is down
    public void Results_lead_to_states_and_delays(bool alpha, uint retries, string results, string expected)
    {
        ProbeTiming timing = TimingWith(retries);
        CheckerState state = CheckerState.Initial(alpha);
        List<string> seen = [];
        foreach (char result in results)
        {
            CheckerStep step = state.Step(ToResult(result), timing);
            state = step.State;
            seen.Add($"{(state.IsUp ? 'U' : 'D')}{(step.Delay == timing.Period ? 'p' : step.Delay == timing.DelayBeforeRetry ? 'r' : '?')}");
        }

        Assert.Equal(expected, string.Join(' ', seen));
    }

    [Theory]
    [InlineData('+')]
    [InlineData('-')]
    [InlineData('~')]
    [InlineData('0')]
    public void A_pause_that_the_result_asks_for_counts_before_the_timing(char result)
    {
        ProbeResult pausing = ToResult(result) with { Pause = TimeSpan.FromSeconds(77) };
        Assert.Equal(TimeSpan.FromSeconds(77), CheckerState.Initial(alpha: false).Step(pausing, TimingWith(retries: 1)).Delay);
        Assert.Equal(TimeSpan.FromSeconds(77), new CheckerState(IsUp: true, HasRun: true, 0).Step(pausing, TimingWith(retries: 1)).Delay);
        Assert.Equal(TimeSpan.FromSeconds(77), new CheckerState(IsUp: false, HasRun: true, 1).Step(pausing, TimingWith(retries: 1)).Delay);
    }

    [Fact]
    public void Before_the_first_probe_an_alpha_checker_is_down_and_others_are_up()
    {
        Assert.Equal(new CheckerState(IsUp: true, HasRun: false, 0), CheckerState.Initial(alpha: false));
        Assert.Equal(new CheckerState(IsUp: false, HasRun: false, 0), CheckerState.Initial(alpha: true));
    }

    [Fact]
    public void A_change_is_told_once_with_its_cause()
    {
        ProbeTiming timing = TimingWith(retries: 1);
        CheckerState state = CheckerState.Initial(alpha: false);
        List<(CheckerChange, string?)> changes = [];
        foreach (char result in "+---++-")
        {
            CheckerStep step = state.Step(ToResult(result), timing);
            state = step.State;
            changes.Add((step.Change, step.Cause));
        }

        Assert.Equal(
            [
                (CheckerChange.None, null),
                (CheckerChange.None, "refused"),
                (CheckerChange.Down, "refused (2 attempts in a row failed)"),
                (CheckerChange.None, "refused"),
                (CheckerChange.Up, null),
                (CheckerChange.None, null),
                (CheckerChange.None, "refused"),
            ],
            changes);
    }

    [Fact]
    public void Failures_are_counted_to_the_end_of_the_number()
    {
        CheckerState state = new(IsUp: true, HasRun: true, uint.MaxValue - 1);
        state = state.Step(ToResult('-'), TimingWith(uint.MaxValue)).State;
        state = state.Step(ToResult('-'), TimingWith(uint.MaxValue)).State;
        Assert.Equal(new CheckerState(IsUp: true, HasRun: true, uint.MaxValue), state);
    }

    [Fact]
    public void Any_sequence_leads_where_the_plain_reading_of_its_end_says()
    {
        Gen.Select(Gen.Bool, Gen.UInt[0, 4], Gen.String[Gen.Char["+--0"], 0, 30]).Sample((alpha, retries, results) =>
        {
            ProbeTiming timing = TimingWith(retries);
            CheckerState state = CheckerState.Initial(alpha);
            TimeSpan delay = timing.Period;
            foreach (char result in results)
            {
                CheckerStep step = state.Step(ToResult(result), timing);
                Assert.Equal(step.State.IsUp == state.IsUp ? CheckerChange.None : step.State.IsUp ? CheckerChange.Up : CheckerChange.Down, step.Change);
                (state, delay) = (step.State, step.Delay);
            }

            string asked = results.Replace("0", string.Empty, StringComparison.Ordinal);
            Assert.Equal(ReferenceModel.IsUp(results, alpha, retries), state.IsUp);
            Assert.Equal((uint)(asked.Length - 1 - asked.LastIndexOf('+')), state.Failures);
            Assert.Equal(asked.Length > 0, state.HasRun);
            bool retried = results.EndsWith('-') && state.IsUp;
            Assert.Equal(retried ? timing.DelayBeforeRetry : timing.Period, delay);
        });
    }

    private static ProbeTiming TimingWith(uint retries) => new(TimeSpan.FromSeconds(10), retries, TimeSpan.FromSeconds(3), TimeSpan.Zero);

    private static ProbeResult ToResult(char result) => result switch
    {
        '+' => ProbeResult.Passed,
        '~' => ProbeResult.PassedInPart,
        '-' => ProbeResult.Failed("refused"),
        _ => ProbeResult.NotMade("too many open files"),
    };
}
