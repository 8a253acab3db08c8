using System.Text;
using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>Whether a process is one of those that a definition counts (proc(5)).</summary>
internal static class ProcessMatch
{
    /// <summary>The kernel keeps so many bytes of a process's name (TASK_COMM_LEN without its NUL).</summary>
    private const int LongestName = 15;

    /// <summary>True when processes are told apart by their command line; else by the name that the kernel has.</summary>
    public static bool ReadsCommandLine(TrackedProcess tracked) =>
        tracked.ComparesCommandLine || tracked.Command.Count > 1 || tracked.ParameterMatch != ParameterMatch.Exact;

    /// <summary>
    /// The name in the parentheses of <c>/proc/PID/stat</c>, which may itself have some; null of a process that has ended and is not waited for yet (state Z).
    /// </summary>
    public static string? NameIn(string stat)
    {
        int open = stat.IndexOf('('), close = stat.LastIndexOf(')');
        return open < 0 || close < open || stat.AsSpan(close).StartsWith(") Z") ? null : stat[(open + 1)..close];
    }

    /// <summary>True when a process with this name counts.</summary>
    public static bool IsName(TrackedProcess tracked, string name)
    {
        string wanted = tracked.Command[0];
        byte[] bytes = Encoding.UTF8.GetBytes(wanted);
        return bytes.Length <= LongestName ? wanted == name : Encoding.UTF8.GetBytes(name).AsSpan().SequenceEqual(bytes.AsSpan(0, LongestName));
    }

    /// <summary>True when a process with this command line counts.</summary>
    /// <param name="tracked">The definition.</param>
    /// <param name="words">Program and parameters, as <c>/proc/PID/cmdline</c> has them; none for threads of the kernel.</param>
    public static bool IsCommandLine(TrackedProcess tracked, ReadOnlySpan<string> words)
    {
        ReadOnlySpan<string> wanted = [.. tracked.Command];
        if (words.IsEmpty || words[0] != wanted[0])
            return false;
        wanted = wanted[1..];
        words = words[1..];
        return (tracked.ParameterMatch, wanted.Length) switch
        {
            (ParameterMatch.Exact, 0) => true, // parameters don't matter when none are named
            (_, 0) => words.IsEmpty,
            (ParameterMatch.Exact, _) => words.SequenceEqual(wanted),
            (ParameterMatch.Partial, _) => words.Length >= wanted.Length && words[..wanted.Length].SequenceEqual(wanted),
            _ => words.Length >= wanted.Length && words[..(wanted.Length - 1)].SequenceEqual(wanted[..^1])
                && words[wanted.Length - 1].StartsWith(wanted[^1], StringComparison.Ordinal),
        };
    }
}
