using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>
/// Counts the processes of definitions in one pass over <c>/proc</c>; command lines, which touch the memory of each process, are read only when a definition
/// needs them.
/// </summary>
internal static class ProcessCensus
{
    private const string Processes = "/proc";

    /// <summary>How many processes each definition has now, in the order of the definitions.</summary>
    public static int[] Count(IReadOnlyList<TrackedProcess> tracked)
    {
        var counts = new int[tracked.Count];
        bool readsNames = tracked.Any(each => !ProcessMatch.ReadsCommandLine(each));
        bool readsCommandLines = tracked.Any(ProcessMatch.ReadsCommandLine);
        foreach (string folder in Directory.EnumerateDirectories(Processes))
        {
            if (!char.IsAsciiDigit(folder[Processes.Length + 1]))
                continue;
            string? name = readsNames ? ProcessMatch.NameIn(Read(folder + "/stat")) : null;
            string[] words = readsCommandLines ? Split(Read(folder + "/cmdline")) : [];
            for (int i = 0; i < counts.Length; i++)
            {
                bool isCounted = ProcessMatch.ReadsCommandLine(tracked[i])
                    ? ProcessMatch.IsCommandLine(tracked[i], words)
                    : name is not null && ProcessMatch.IsName(tracked[i], name);
                counts[i] += isCounted ? 1 : 0;
            }
        }

        return counts;
    }

    private static string[] Split(string line) => line.Length == 0 ? [] : line[..(line[^1] == '\0' ? ^1 : ^0)].Split('\0');

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return string.Empty; // it has ended since the folder was listed
        }
    }
}
