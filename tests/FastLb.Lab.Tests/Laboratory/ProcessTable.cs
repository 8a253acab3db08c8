using System.Globalization;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>The kernel's processes, also those that this one did not start.</summary>
internal static class ProcessTable
{
    /// <summary>False also for a zombie, which only waits for its parent to take notice.</summary>
    public static bool IsRunning(int process)
    {
        try
        {
            // proc(5): the state follows the name, which stands in parentheses and may contain anything.
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A process and all its descendants, each after its parent.</summary>
    public static int[] TreeOf(int process)
    {
        List<int> tree = [process];
        for (int next = 0; next < tree.Count; next++)
            tree.AddRange(ChildrenOf(tree[next]));
        return [.. tree];
    }

    public static void Freeze(IReadOnlyList<int> processes)
    {
        foreach (int process in processes)
            Signal.Stop.SendTo(process);
    }

    /// <summary>Kills processes so that none sees another die and has time to clean up.</summary>
    public static void KillTogether(IReadOnlyList<int> processes)
    {
        Freeze(processes);
        foreach (int process in processes)
            Signal.Kill.SendTo(process);
    }

    private static int[] ChildrenOf(int process) =>
    [
        .. Directory.EnumerateDirectories($"/proc/{process}/task")
            .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture)),
    ];
}
