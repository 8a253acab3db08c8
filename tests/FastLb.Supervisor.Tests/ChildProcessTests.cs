using System.Collections.Concurrent;
using System.Diagnostics;
using FastLb.Native;
using FastLb.Native.Memory;
using FastLb.Runtime;
using FastLb.Runtime.Tests;
using Microsoft.Extensions.Logging;

namespace FastLb.Supervisor.Tests;

/// <summary>Real processes: this executable plays them (<see cref="PlayedChild"/>).</summary>
public sealed class ChildProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly RuntimeDirectory _directory;
    private readonly RecordingLog _log = new();
    private int _changes;

    public ChildProcessTests() => _directory = new RuntimeDirectory(_folder.Path);

    [Fact]
    public async Task Start_returns_when_the_process_is_ready()
    {
        await using ChildProcess child = Make(PlayedChild.Serve);
        Assert.Equal((ProcessState.Waiting, null), (child.Report.State, child.Report.Pid));

        await child.Start(TestContext.Current.CancellationToken);

        ProcessReport report = child.Report;
        Assert.Equal((ProcessRole.Vrrp, ProcessState.Running, 0, null), (report.Role, report.State, report.Restarts, report.LastEnd));
        Assert.Equal(report.Pid, _directory.ReadPid(ProcessRole.Vrrp));
        Assert.Equal(
            ["process", "vrrp", "--runtime-dir", _directory.Path, "--parent", $"{Environment.ProcessId}", PlayedChild.Serve],
            File.ReadAllLines(PlayedChild.ArgumentsFile(_directory.Path, "vrrp", report.Pid!.Value)));
        Assert.True(_changes >= 2, "starting and ready");
    }

    [Theory]
    [InlineData(PlayedChild.Fail, "the vrrp process ended with status 3 at its start")]
    [InlineData(PlayedChild.Killed, "the vrrp process was ended by SIGKILL at its start")]
    public async Task Process_that_ends_before_it_is_ready_is_a_fault_that_names_its_end(string behaviour, string words)
    {
        await using ChildProcess child = Make(behaviour);

        DirectorException fault = await Assert.ThrowsAsync<DirectorException>(() => child.Start(TestContext.Current.CancellationToken));

        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_that_is_not_ready_in_time_is_a_fault_and_stopped()
    {
        int pid;
        await using (ChildProcess child = Make(PlayedChild.Mute, startPatience: TimeSpan.FromSeconds(1)))
        {
            DirectorException fault = await Assert.ThrowsAsync<DirectorException>(() => child.Start(TestContext.Current.CancellationToken));

            Assert.Contains("was not ready within 1 s", fault.Message, StringComparison.Ordinal);
            pid = child.Report.Pid!.Value;
        }

        Assert.False(IsAlive(pid));
    }

    [Fact]
    public async Task Reload_is_over_when_the_process_works_by_that_configuration_or_a_later_one()
    {
        await using ChildProcess child = Make(PlayedChild.Serve);
        await child.Start(TestContext.Current.CancellationToken);

        Assert.True(await child.Reload(2, TestContext.Current.CancellationToken));
        Assert.True(await child.Reload(3, TestContext.Current.CancellationToken));
        Assert.True(await child.Reload(2, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Process_that_takes_up_no_configuration_is_told_of_and_goes_on()
    {
        await using ChildProcess child = Make(PlayedChild.Silent, reloadPatience: TimeSpan.FromSeconds(1));
        await child.Start(TestContext.Current.CancellationToken);

        Assert.False(await child.Reload(2, TestContext.Current.CancellationToken));

        Assert.Contains(_log.Lines, line => line.Contains("has not taken up the configuration within 1 s", StringComparison.Ordinal));
        Assert.True(IsAlive(child.Report.Pid!.Value));
    }

    [Fact]
    public async Task Start_can_be_given_up()
    {
        using var giveUp = new CancellationTokenSource();
        int pid;
        await using (ChildProcess child = Make(PlayedChild.Mute))
        {
            Task starting = child.Start(giveUp.Token);
            await giveUp.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
            pid = child.Report.Pid!.Value;
        }

        Assert.False(IsAlive(pid));
    }

    [Fact]
    public async Task Process_that_was_killed_is_started_again_and_told_how_the_one_before_ended()
    {
        var ends = new ConcurrentQueue<ChildEnd?>();
        await using ChildProcess child = Make(PlayedChild.Serve, arguments: before =>
        {
            ends.Enqueue(before);
            return before is { } end ? [PlayedChild.Serve, "--predecessor-ended", $"{end.At}"] : [PlayedChild.Serve];
        });
        await child.Start(TestContext.Current.CancellationToken);
        int first = child.Report.Pid!.Value;
        long killedAt = Stopwatch.GetTimestamp();

        Kill(first);
        await Until(() => child.Report is { Restarts: 1, State: ProcessState.Running });

        ProcessReport report = child.Report;
        Assert.NotEqual(first, report.Pid);
        Assert.Equal(report.Pid, _directory.ReadPid(ProcessRole.Vrrp));
        Assert.Equal("was ended by SIGKILL", report.LastEnd);
        ChildEnd?[] told = [.. ends];
        Assert.Equal(2, told.Length);
        Assert.Null(told[0]);
        Assert.Equal(137, told[1]!.Value.Status);
        Assert.InRange(told[1]!.Value.At, killedAt, Stopwatch.GetTimestamp());
        Assert.Contains($"{told[1]!.Value.At}", File.ReadAllLines(PlayedChild.ArgumentsFile(_directory.Path, "vrrp", report.Pid!.Value)));
        Assert.True(_log.Has(LogLevel.Error, $"the vrrp process {first} was ended by SIGKILL; starting it again at once"));
    }

    [Fact]
    public async Task Process_that_ends_once_the_director_stops_is_not_started_again()
    {
        await using ChildProcess child = Make(PlayedChild.Serve);
        await child.Start(TestContext.Current.CancellationToken);
        int pid = child.Report.Pid!.Value;

        await child.Retire();
        Kill(pid);
        await child.Stop();

        Assert.Equal((0, ProcessState.Stopped), (child.Report.Restarts, child.Report.State));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("starting it again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Process_that_crashes_again_and_again_is_given_ever_longer_pauses()
    {
        var pauses = new ConcurrentQueue<TimeSpan>();
        await using ChildProcess child = Make(PlayedChild.Crash, ended: pauses.Enqueue);
        await child.Start(TestContext.Current.CancellationToken);

        await Until(() => pauses.Count >= 4);

        Assert.Equal([0, 200, 400, 800], pauses.Take(4).Select(pause => pause.TotalMilliseconds));
        Assert.Equal("ended with status 3", child.Report.LastEnd);
    }

    [Fact]
    public async Task Pause_is_kept_before_the_next_start_and_a_stop_ends_it()
    {
        var ended = new ConcurrentQueue<long>();
        var started = new ConcurrentQueue<long>();
        await using ChildProcess child = Make(PlayedChild.Crash, ended: _ => ended.Enqueue(Stopwatch.GetTimestamp()), arguments: _ =>
        {
            started.Enqueue(Stopwatch.GetTimestamp());
            return [PlayedChild.Crash];
        });
        await child.Start(TestContext.Current.CancellationToken);
        await Until(() => ended.Count == 4);

        await child.Stop();

        Assert.Equal(ProcessState.Stopped, child.Report.State);
        Assert.True(Stopwatch.GetElapsedTime(ended.ElementAt(1), started.ElementAt(2)) >= TimeSpan.FromMilliseconds(190), "200 ms after the second end");
        Assert.True(Stopwatch.GetElapsedTime(ended.ElementAt(2), started.ElementAt(3)) >= TimeSpan.FromMilliseconds(390), "400 ms after the third end");
    }

    [Fact]
    public async Task Process_is_stopped_in_order()
    {
        await using ChildProcess child = Make(PlayedChild.Serve);
        await child.Start(TestContext.Current.CancellationToken);
        int pid = child.Report.Pid!.Value;

        await child.Stop();

        Assert.True(File.Exists(PlayedChild.StoppedFile(_directory.Path, "vrrp", pid)), "it was not let stop");
        Assert.False(IsAlive(pid));
        Assert.Equal((ProcessState.Stopped, null, 0), (child.Report.State, child.Report.Pid, child.Report.Restarts));
        Assert.DoesNotContain(_log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Process_that_does_not_stop_is_killed_when_patience_ends()
    {
        await using ChildProcess child = Make(PlayedChild.Stubborn, stopPatience: TimeSpan.FromSeconds(1));
        await child.Start(TestContext.Current.CancellationToken);
        int pid = child.Report.Pid!.Value;
        long began = Stopwatch.GetTimestamp();

        await child.Stop();

        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromSeconds(0.9), "patience was not kept");
        Assert.False(IsAlive(pid));
        Assert.True(_log.Has(LogLevel.Error, $"the vrrp process {pid} did not stop within 1 s and is killed"));
        Assert.True(_log.Has(LogLevel.Warning, "was ended by SIGKILL"));
    }

    [Fact]
    public async Task Silent_process_is_killed_and_started_again()
    {
        await using ChildProcess child = Make(PlayedChild.Silent, longestSilence: TimeSpan.FromSeconds(3));
        await child.Start(TestContext.Current.CancellationToken);
        int first = child.Report.Pid!.Value;

        await Until(() => child.Report is { Restarts: 1, State: ProcessState.Running });

        Assert.False(IsAlive(first));
        Assert.Equal("was ended by SIGKILL", child.Report.LastEnd);
        Assert.True(_log.Has(LogLevel.Error, $"the vrrp process {first} has not said for 3 s that it is alive"));
    }

    [Fact]
    public async Task Process_that_says_that_it_is_alive_is_left_alone()
    {
        TimeSpan longestSilence = TimeSpan.FromSeconds(4);
        await using ChildProcess child = Make(PlayedChild.Serve, longestSilence: longestSilence);
        await child.Start(TestContext.Current.CancellationToken);

        await Task.Delay(longestSilence * 1.5, TestContext.Current.CancellationToken);

        Assert.Equal((ProcessState.Running, 0), (child.Report.State, child.Report.Restarts));
    }

    [Fact]
    public async Task Inherited_descriptor_reaches_its_own_process_alone()
    {
        using SharedMemory memory = SharedMemory.Create("fastlb-inherited", 4096);
        ChildProcess[] children =
        [
            Make(PlayedChild.Serve, ProcessRole.Dataplane, inherit: memory.DuplicateInheritable), Make(PlayedChild.Serve, ProcessRole.Control), Make(PlayedChild.Serve),
        ];
        try
        {
            await Task.WhenAll(children.Select(child => Task.Run(() => child.Start(TestContext.Current.CancellationToken))));
            for (int round = 1; round <= 3; round++)
            {
                int restarts = round;
                foreach (ChildProcess child in children)
                    Kill(child.Report.Pid!.Value);
                await Until(() => children.All(child => child.Report.Restarts == restarts && child.Report.State == ProcessState.Running));
                Assert.Equal([true, false, false], children.Select(Inherited));
            }
        }
        finally
        {
            foreach (ChildProcess child in children)
                await child.DisposeAsync();
        }
    }

    [Fact]
    public async Task Process_is_started_again_although_the_first_attempts_fail()
    {
        int attempts = 0;
        await using ChildProcess child = Make(PlayedChild.Serve, inherit: () => Interlocked.Increment(ref attempts) is 2 or 3
            ? throw new SystemCallException("fcntl F_DUPFD", "descriptor 7", Errno.EMFILE)
            : SharedMemory.Create("fastlb-unused", 4096));
        await child.Start(TestContext.Current.CancellationToken);

        Kill(child.Report.Pid!.Value);
        await Until(() => child.Report is { State: ProcessState.Running, Restarts: 1 });

        Assert.Equal(4, attempts);
        Assert.True(_log.Has(LogLevel.Error, "EMFILE") || _log.Has(LogLevel.Error, "descriptor 7"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Process_is_started_again_although_nothing_can_be_written_down()
    {
        bool full = false;
        await using ChildProcess child = new(
            new ChildDefinition(ProcessRole.Vrrp, _ => [PlayedChild.Serve], Ended: _ => throw new SystemCallException("socket", "netlink", Errno.ENOBUFS)),
            _directory, () => { if (Volatile.Read(ref full)) throw new IOException("No space left on device"); }, TimeProvider.System, _log);
        await child.Start(TestContext.Current.CancellationToken);
        Volatile.Write(ref full, true);

        Kill(child.Report.Pid!.Value);
        await Until(() => child.Report is { State: ProcessState.Running, Restarts: 1 });

        Assert.True(_log.Has(LogLevel.Error, "No space left on device"));
        Assert.True(_log.Has(LogLevel.Error, "netlink"));
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsAlive(int pid) => Directory.Exists($"/proc/{pid}");

    private static void Kill(int pid)
    {
        using Process process = Process.GetProcessById(pid);
        process.Kill();
    }

    private static async Task Until(Func<bool> reached)
    {
        long began = Stopwatch.GetTimestamp();
        while (!reached())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "not reached");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private bool Inherited(ChildProcess child) =>
        File.ReadAllText(PlayedChild.DescriptorsFile(_directory.Path, child.Report.Role.Name(), child.Report.Pid!.Value)).Contains("fastlb-inherited", StringComparison.Ordinal);

    private ChildProcess Make(
        string behaviour,
        ProcessRole role = ProcessRole.Vrrp,
        Func<ChildEnd?, IReadOnlyList<string>>? arguments = null,
        Func<IDisposable>? inherit = null,
        Action<TimeSpan>? ended = null,
        TimeSpan? startPatience = null,
        TimeSpan? stopPatience = null,
        TimeSpan? longestSilence = null,
        TimeSpan? reloadPatience = null) =>
        new(new ChildDefinition(role, arguments ?? (_ => [behaviour]), inherit, ended), _directory, () => Interlocked.Increment(ref _changes), TimeProvider.System, _log)
        {
            StartPatience = startPatience ?? Patience,
            StopPatience = stopPatience ?? Patience,
            LongestSilence = longestSilence ?? Patience,
            ReloadPatience = reloadPatience ?? Patience,
        };
}
