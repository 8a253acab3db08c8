using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Runtime.Tests;

namespace FastLb.Events.Tests;

/// <summary>A folder of real scripts, each of which appends a line to one file that everybody may write to.</summary>
internal sealed class ScriptFolder : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    public ScriptFolder()
    {
        File.SetUnixFileMode(_folder.Path, Executable); // others get in
        File.WriteAllText(Record, string.Empty);
        File.SetUnixFileMode(Record, (UnixFileMode)0b110_110_110);
    }

    public string Path => _folder.Path;

    private string Record => _folder.File("record");

    /// <summary>A script that appends <paramref name="line"/>, which the shell expands, and goes on with <paramref name="then"/>; gives its path.</summary>
    public string Add(string name, string line, UnixFileMode mode = Executable, string then = "")
    {
        string path = _folder.File(name);
        File.WriteAllText(path, $"#!/bin/sh\necho \"{line}\" >> {Record}\n{then}\n");
        File.SetUnixFileMode(path, mode);
        return path;
    }

    /// <summary>What the scripts have appended, once there are so many lines.</summary>
    public async Task<string[]> Lines(int count)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            string[] lines = await File.ReadAllLinesAsync(Record, TestContext.Current.CancellationToken);
            if (lines.Length >= count)
                return lines;
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{lines.Length} lines: {string.Join(" | ", lines)}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public static NotifyScript Script(string path, ScriptUser? user = null, params string[] parameters) => new([path, .. parameters], user);

    public void Dispose() => _folder.Dispose();
}
