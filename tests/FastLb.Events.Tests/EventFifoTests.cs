using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Native.Files;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.Tests;
using Microsoft.Extensions.Logging;

namespace FastLb.Events.Tests;

/// <summary>Real FIFOs, with and without readers.</summary>
public sealed class EventFifoTests : IDisposable
{
    private static readonly GlobalDefinitions Root = new() { ScriptUser = new ScriptUser("root", null) };

    private readonly ScriptFolder _scripts = new();
    private readonly RecordingLog _log = new();

    private string PipePath => $"{_scripts.Path}/pipe";

    [Fact]
    public async Task Pipe_is_made_for_root_alone_and_goes_with_the_director() // keepalived 2.2.7: prw------- 0 0, removed at the stop
    {
        EventFifo fifo = Open(new EventPipe { Path = PipePath })!;
        Assert.True(FileKind.IsFifo(PipePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PipePath));
        Assert.Equal(0u, FileOwner.Of(PipePath));

        await fifo.DisposeAsync();
        Assert.False(File.Exists(PipePath));
    }

    [Fact]
    public async Task Pipe_belongs_to_whom_the_configuration_says()
    {
        await using EventFifo fifo = Open(new EventPipe { Path = PipePath, Owner = new ScriptUser("nobody", null) })!;

        Assert.Equal(ScriptIdentity.NumbersOf(new ScriptUser("nobody", null))!.Value.User, FileOwner.Of(PipePath));
        Assert.NotEqual(0u, FileOwner.Of(PipePath));
    }

    [Fact]
    public async Task Pipe_whose_owner_is_not_named_belongs_to_who_runs_scripts_and_its_reader_can_read_it() // recorded from keepalived 2.2.7
    {
        string record = $"{_scripts.Path}/read";
        await File.WriteAllTextAsync(record, string.Empty, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(record, (UnixFileMode)0b110_110_110);
        string reader = _scripts.Add("reader", "$(id -un)", then: $"exec cat \"$1\" >> {record}");
        GlobalDefinitions nobody = new() { ScriptUser = new ScriptUser("nobody", null) };
        EventFifo fifo = EventFifo.Open(
            new EventPipe { Path = PipePath, Reader = ScriptFolder.Script(reader) }, nobody, new ScriptIdentity(), TimeProvider.System, _log)!;
        Assert.Equal(ScriptIdentity.NumbersOf(new ScriptUser("nobody", null))!.Value.User, FileOwner.Of(PipePath));
        await _scripts.Lines(1);
        fifo.Write("read by nobody");
        long began = Stopwatch.GetTimestamp();
        while (new FileInfo(record).Length == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), string.Join('\n', _log.Lines));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await fifo.DisposeAsync();

        Assert.Equal(["read by nobody"], await File.ReadAllLinesAsync(record, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Owner_that_is_not_known_is_told_of()
    {
        await using EventFifo? fifo = Open(new EventPipe { Path = PipePath, Owner = new ScriptUser("nobody", "no-such-group") });

        Assert.NotNull(fifo);
        Assert.True(_log.Has(LogLevel.Error, "there is no user nobody or no group no-such-group"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Pipe_that_is_there_is_used_and_stays()
    {
        using NamedPipe made = NamedPipe.Open(PipePath, (UnixFileMode)0b110_110_110, 0, 0);
        EventFifo fifo = Open(new EventPipe { Path = PipePath })!;
        fifo.Write("one");
        await fifo.DisposeAsync();

        Assert.Equal((UnixFileMode)0b110_110_110, File.GetUnixFileMode(PipePath));
    }

    [Fact]
    public void Other_file_at_the_path_is_left_alone_and_told_of()
    {
        File.WriteAllText(PipePath, "mine");

        Assert.Null(Open(new EventPipe { Path = PipePath }));

        Assert.True(_log.Has(LogLevel.Error, "no FIFO; remove it or name another path"), string.Join('\n', _log.Lines));
        Assert.Equal("mine", File.ReadAllText(PipePath));
    }

    [Fact]
    public async Task Lines_that_were_written_before_anybody_read_arrive_in_order()
    {
        await using EventFifo fifo = Open(new EventPipe { Path = PipePath })!;
        string[] lines = [.. Enumerable.Range(0, 100).Select(number => $"INSTANCE \"VI_{number}\" MASTER 100")];
        foreach (string line in lines[..50])
            fifo.Write(line);

        using var end = new PipeEnd(PipePath, $"{_scripts.Path}/read");
        await end.Lines(50);
        foreach (string line in lines[50..])
            fifo.Write(line);

        Assert.Equal(lines, await end.Lines(100));
    }

    [Fact]
    public async Task Pipe_that_nobody_reads_leaves_lines_out_without_waiting_and_tells_it_once()
    {
        await using EventFifo fifo = Open(new EventPipe { Path = PipePath })!;
        for (int i = 0; i < 5000; i++) // far more than the 64 KB of a pipe
            fifo.Write($"INSTANCE \"VI_{i}\" MASTER 100");
        Assert.Single(_log.Lines, line => line.Contains("nobody reads it", StringComparison.Ordinal));

        using var end = new PipeEnd(PipePath, $"{_scripts.Path}/read");
        await end.Lines(1000);
        string[] before = await end.Lines(1000);
        fifo.Write("the last");

        await end.Lines(before.Length + 1);
        Assert.True(_log.Has(LogLevel.Warning, "takes events again"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Reader_gets_the_path_as_its_last_parameter_and_ends_with_the_pipe()
    {
        string reader = _scripts.Add("reader", "$$ $(id -un) $*", then: "exec sleep 300");
        EventFifo fifo = Open(new EventPipe { Path = PipePath, Reader = ScriptFolder.Script(reader, new ScriptUser("nobody", null), "a", "b c") })!;
        string[] words = (await _scripts.Lines(1))[0].Split(' ');
        Assert.Equal($"nobody a b c {PipePath}", string.Join(' ', words[1..]));

        await fifo.DisposeAsync();

        Assert.False(Directory.Exists($"/proc/{words[0]}"));
    }

    [Fact]
    public async Task Reader_gets_the_last_lines_before_it_ends()
    {
        string record = $"{_scripts.Path}/read", reader = _scripts.Add("reader", "begins", then: $"exec cat \"$1\" >> {record}");
        EventFifo fifo = Open(new EventPipe { Path = PipePath, Reader = ScriptFolder.Script(reader) })!;
        fifo.Write("first");
        long began = Stopwatch.GetTimestamp();
        while (!File.Exists(record) || new FileInfo(record).Length == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), string.Join('\n', _log.Lines));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        fifo.Write("INSTANCE \"VI_1\" STOP 100");
        fifo.Write("GROUP \"G1\" STOP 0");
        await fifo.DisposeAsync();

        Assert.Equal(["first", "INSTANCE \"VI_1\" STOP 100", "GROUP \"G1\" STOP 0"], await File.ReadAllLinesAsync(record, TestContext.Current.CancellationToken));
        Assert.False(_log.Has(LogLevel.Warning, string.Empty), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Reader_that_does_not_end_when_asked_to_is_killed()
    {
        string reader = _scripts.Add("reader", "$$", then: "trap '' TERM\nwhile :; do sleep 1; done");
        EventFifo fifo = Open(new EventPipe { Path = PipePath, Reader = ScriptFolder.Script(reader) })!;
        string pid = (await _scripts.Lines(1))[0];

        await fifo.DisposeAsync();

        Assert.False(Directory.Exists($"/proc/{pid}"));
        Assert.True(_log.Has(LogLevel.Warning, "did not end when asked to and is killed"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Reader_that_ends_by_itself_is_told_of_and_events_are_still_taken()
    {
        string reader = _scripts.Add("reader", "gone", then: "exit 3");
        await using EventFifo fifo = Open(new EventPipe { Path = PipePath, Reader = ScriptFolder.Script(reader) })!;

        long began = Stopwatch.GetTimestamp();
        while (!_log.Has(LogLevel.Warning, "has ended with status 3"))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), string.Join('\n', _log.Lines));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        fifo.Write("still here");
        using var end = new PipeEnd(PipePath, $"{_scripts.Path}/read");
        Assert.Equal(["still here"], await end.Lines(1));
    }

    [Fact]
    public async Task Reader_that_cannot_be_run_is_told_of()
    {
        await using EventFifo fifo = Open(new EventPipe { Path = PipePath, Reader = ScriptFolder.Script("/no/such/reader") })!;

        Assert.True(_log.Has(LogLevel.Error, $"/no/such/reader does not read {PipePath}"), string.Join('\n', _log.Lines));
    }

    public void Dispose() => _scripts.Dispose();

    private EventFifo? Open(EventPipe definition) => EventFifo.Open(definition, Root, new ScriptIdentity(), TimeProvider.System, _log);
}
