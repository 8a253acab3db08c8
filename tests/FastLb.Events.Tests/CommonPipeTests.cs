using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.Tests;
using Microsoft.Extensions.Logging;

namespace FastLb.Events.Tests;

/// <summary>The pipe of all events, held by one and written to by two.</summary>
public sealed class CommonPipeTests : IAsyncDisposable
{
    private readonly ScriptFolder _scripts = new();
    private readonly RecordingLog _log = new();
    private readonly CommonPipe _pipe;

    public CommonPipeTests() => _pipe = new CommonPipe(new ScriptIdentity(), TimeProvider.System, _log);

    private string First => $"{_scripts.Path}/first";

    private string Second => $"{_scripts.Path}/second";

    [Fact]
    public async Task One_reader_gets_the_lines_of_all_writers_whole_and_outlives_them()
    {
        string record = $"{_scripts.Path}/read", reader = _scripts.Add("reader", "begins", then: $"exec cat \"$1\" >> {record}");
        GlobalDefinitions global = Global(First, reader);
        await _pipe.Use(global);
        await using (EventFifos one = Writer(pipes => pipes.Vrrp), other = Writer(pipes => pipes.Servers))
        {
            await one.Use(global);
            await other.Use(global);
            await Task.WhenAll(Write(one, "one"), Write(other, "other"));
        }

        await using (EventFifos third = Writer(pipes => pipes.Vrrp))
        {
            await third.Use(global);
            third.Write("third");
        }

        await _pipe.DisposeAsync(); // what is left is read first
        string[] lines = await File.ReadAllLinesAsync(record, TestContext.Current.CancellationToken);
        foreach (string writer in (string[])["one", "other"])
            Assert.Equal(Enumerable.Range(0, 200).Select(number => $"{writer} {number}"), lines.Where(line => line.StartsWith(writer + " ", StringComparison.Ordinal)));
        Assert.Equal("third", lines[^1]);
        Assert.Equal(401, lines.Length);
        Assert.Single(await _scripts.Lines(1)); // one reader
        Assert.False(File.Exists(First));
    }

    [Fact]
    public async Task Own_pipe_at_the_same_path_gets_each_line_once()
    {
        GlobalDefinitions global = Global(First, null);
        await _pipe.Use(global);
        await using EventFifos writer = Writer(pipes => pipes.Servers);
        await writer.Use(global with { EventPipes = global.EventPipes with { Servers = new EventPipe { Path = First } } });

        writer.Write("one");
        writer.Write("two");

        using var end = new PipeEnd(First, $"{_scripts.Path}/read");
        Assert.Equal(["one", "two"], await end.Lines(2));
        Assert.True(_log.Has(LogLevel.Warning, "it gets each line once"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Reload_that_changes_nothing_leaves_pipe_and_reader()
    {
        string reader = _scripts.Add("reader", "$$", then: "exec sleep 300");
        await _pipe.Use(Global(First, reader));
        string pid = (await _scripts.Lines(1))[0];

        await _pipe.Use(Global(First, reader) with { RouterId = "other" });

        Assert.True(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task Another_reader_takes_over_the_same_pipe()
    {
        string first = _scripts.Add("one", "one $$", then: "exec sleep 300"), second = _scripts.Add("two", "two $$", then: "exec sleep 300");
        await _pipe.Use(Global(First, first));
        string pid = (await _scripts.Lines(1))[0].Split(' ')[1];
        await using EventFifos writer = Writer(pipes => pipes.Vrrp);
        await writer.Use(Global(First, first));

        await _pipe.Use(Global(First, second));
        writer.Write("still heard");

        Assert.False(Directory.Exists($"/proc/{pid}"));
        Assert.StartsWith("two", (await _scripts.Lines(2))[1], StringComparison.Ordinal);
        using var end = new PipeEnd(First, $"{_scripts.Path}/read");
        Assert.Equal(["still heard"], await end.Lines(1));
    }

    [Fact]
    public async Task Pipe_at_another_path_takes_its_place_and_the_former_stays_until_all_have_left_it()
    {
        await _pipe.Use(Global(First, null));

        await _pipe.Use(Global(Second, null));
        Assert.True(File.Exists(First));
        Assert.True(File.Exists(Second));

        await _pipe.EndFormer();
        Assert.False(File.Exists(First));
        Assert.True(File.Exists(Second));
    }

    [Fact]
    public async Task Pipe_that_could_not_be_opened_is_tried_again_with_the_next_reload()
    {
        await File.WriteAllTextAsync(First, "mine", TestContext.Current.CancellationToken);
        await _pipe.Use(Global(First, null));
        Assert.True(_log.Has(LogLevel.Error, "no FIFO"), string.Join('\n', _log.Lines));

        File.Delete(First);
        await _pipe.Use(Global(First, null));

        Assert.True(File.Exists(First));
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync();
        _scripts.Dispose();
    }

    private EventFifos Writer(Func<EventPipes, EventPipe> own) => new(own, new ScriptIdentity(), TimeProvider.System, _log);

    private static Task Write(EventFifos fifos, string name) => Task.Run(() =>
    {
        for (int i = 0; i < 200; i++)
            fifos.Write($"{name} {i}");
    });

    private static GlobalDefinitions Global(string path, string? reader) => new()
    {
        ScriptUser = new ScriptUser("root", null),
        EventPipes = new EventPipes { All = new EventPipe { Path = path, Reader = reader is null ? null : ScriptFolder.Script(reader) } },
    };
}
