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
}
