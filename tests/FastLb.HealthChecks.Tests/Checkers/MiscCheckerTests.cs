using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastLb.HealthChecks.Tests.Checkers;

/// <summary>Checks by real programs.</summary>
public sealed class MiscCheckerTests : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly GlobalDefinitions AsRoot = new() { ScriptUser = new ScriptUser("root", null) };

    private readonly string _folder = Directory.CreateTempSubdirectory("fastlb-misc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, false, null)]
    [InlineData(1, false, "ended with status 1")]
    [InlineData(2, false, "ended with status 2")]
    [InlineData(0, true, null)]
    [InlineData(1, true, "ended with status 1")]
    public async Task The_exit_status_decides(int status, bool setsWeight, string? fault)
    {
        ProbeResult result = await Probe(Check($"exit {status}") with { SetsWeight = setsWeight });
        Assert.Equal(fault, result.Fault);
        Assert.Equal(fault is null ? ProbeOutcome.Passed : ProbeOutcome.Failed, result.Outcome);
        Assert.Null(result.Weight);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(102, 100)]
    [InlineData(255, 253)]
    public async Task Other_statuses_are_weights_where_they_may_be(int status, int weight)
    {
        ProbeResult result = await Probe(Check($"exit {status}") with { SetsWeight = true });
        Assert.Equal((ProbeOutcome.Passed, new WeightClaim(weight, IsAdded: false)), (result.Outcome, result.Weight));
    }

    [Theory]
    [InlineData("KILL", 137)]
    [InlineData("SEGV", 139)]
    [InlineData("TERM", 143)]
    public async Task A_program_that_a_signal_ends_has_failed_and_says_no_weight(string signal, int status)
    {
        ProbeResult result = await Probe(Check($"kill -{signal} $$") with { SetsWeight = true });
        Assert.Equal((ProbeOutcome.Failed, $"ended with status {status}", null), (result.Outcome, result.Fault, result.Weight));
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_ended_with_its_children()
    {
        string pids = Path.Combine(_folder, "pids");
        ProbeResult result = await Probe(Check($"sleep 300 & echo $$ $! >{pids}; wait") with { Timeout = TimeSpan.FromSeconds(1) });
        Assert.Equal((ProbeOutcome.Failed, "not done within 1 s"), (result.Outcome, result.Fault));
        await AssertGone(pids);
    }

    [Fact]
    public async Task A_check_that_is_cancelled_leaves_no_process()
    {
        string pids = Path.Combine(_folder, "pids");
        using var stop = new CancellationTokenSource();
        Task<ProbeResult> probe = Make(Check($"sleep 300 & echo $$ $! >{pids}.new; mv {pids}.new {pids}; wait")).Probe(stop.Token).AsTask();
        using var limit = new CancellationTokenSource(Long);
        while (!File.Exists(pids))
            await Task.Delay(10, limit.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        await AssertGone(pids);
    }

    [Fact]
    public async Task Arguments_and_user_are_those_of_the_configuration()
    {
        string seen = Path.Combine(_folder, "seen");
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
        MiscCheck check = Check($"echo \"$1 $(id -un)\" >{seen}");
        check = check with { Command = new NotifyScript([check.Command.Arguments[0], "two words"], new ScriptUser("nobody", null)) };
        Assert.Equal(ProbeOutcome.Passed, (await Probe(check)).Outcome);
        Assert.Equal("two words nobody\n", await File.ReadAllTextAsync(seen));
    }

    [Fact]
    public async Task A_program_that_is_not_there_says_nothing_of_the_server()
    {
        MiscCheck check = Check("exit 0") with { Command = new NotifyScript(["/nosuch/program"], null) };
        ProbeResult result = await Probe(check);
        Assert.Equal((ProbeOutcome.NotMade, "/nosuch/program is not run: there is no such executable file"), (result.Outcome, result.Fault));
    }

    [Fact]
    public async Task A_program_that_others_can_write_is_not_run_as_root_under_script_security()
    {
        MiscCheck check = Check("exit 0");
        File.SetUnixFileMode(check.Command.Arguments[0], (UnixFileMode)0b111_111_111);
        ProbeResult result = await Make(check, AsRoot with { ScriptSecurity = true }).Probe(CancellationToken.None);
        Assert.Equal(ProbeOutcome.NotMade, result.Outcome);
        Assert.EndsWith("(enable_script_security)", result.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_period_runs_from_start_to_start()
    {
        ProbeResult result = await Probe(Check("sleep 0.3"));
        Assert.InRange(result.Elapsed, TimeSpan.FromSeconds(0.3), Long);
        ProbeTiming timing = new(TimeSpan.FromHours(1), 0, TimeSpan.FromSeconds(1), TimeSpan.Zero);
        Assert.Equal(timing.Period - result.Elapsed, CheckerState.Initial(alpha: false).Step(result, timing).Delay);
        Assert.Equal(TimeSpan.Zero, CheckerState.Initial(alpha: false).Step(result, timing with { Period = TimeSpan.FromSeconds(0.1) }).Delay);
    }

    private static async Task AssertGone(string pids)
    {
        using var limit = new CancellationTokenSource(Long);
        foreach (int pid in (await File.ReadAllTextAsync(pids)).Split(' ').Select(int.Parse))
        {
            while (IsRunning(pid))
                await Task.Delay(10, limit.Token);
        }
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is ArgumentException or IOException)
        {
            return false;
        }
    }

    private static MiscChecker Make(MiscCheck check, GlobalDefinitions? global = null) =>
        new(check, new ScriptRun(new ScriptIdentity(), global ?? AsRoot, TimeProvider.System, NullLogger.Instance), TimeProvider.System);

    private static async Task<ProbeResult> Probe(MiscCheck check) => await Make(check).Probe(CancellationToken.None);

    private MiscCheck Check(string body)
    {
        string path = Path.Combine(_folder, "check");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, Executable);
        return new MiscCheck
        {
            Command = new NotifyScript([path], null),
            Timing = new ProbeTiming(TimeSpan.FromSeconds(10), 0, TimeSpan.FromSeconds(1), TimeSpan.Zero),
            Timeout = Long,
        };
    }
}
