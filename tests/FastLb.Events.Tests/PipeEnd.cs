using System.Diagnostics;

namespace FastLb.Events.Tests;

/// <summary>Whoever reads an event pipe, as a process of its own that keeps the lines in a file.</summary>
internal sealed class PipeEnd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _reader;
    private readonly string _record;

    public PipeEnd(string pipe, string record)
    {
        _record = record;
        _reader = Process.Start("/bin/sh", ["-c", "exec cat \"$0\" > \"$1\"", pipe, record]);
    }

    /// <summary>What has been read, once there are so many lines.</summary>
    public async Task<string[]> Lines(int count)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            string[] lines = File.Exists(_record) ? await File.ReadAllLinesAsync(_record, TestContext.Current.CancellationToken) : [];
            if (lines.Length >= count)
                return lines;
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, string.Join('\n', lines));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        _reader.Kill();
        _reader.WaitForExit();
        _reader.Dispose();
    }
}
