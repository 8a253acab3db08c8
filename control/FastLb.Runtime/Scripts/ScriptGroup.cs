using System.Diagnostics;

namespace FastLb.Runtime.Scripts;

/// <summary>
/// Scripts that are to be ended with all that they have started: each leads a process group, and what it prints is nobody's, as in keepalived, which connects
/// their output to /dev/null.
/// </summary>
public static class ScriptGroup
{
    // setsid(1), of util-linux, makes the process that it becomes the leader of a session and of a process group.
    private const string NewGroup = "setsid";

    private static readonly string[] Silenced = ["/bin/sh", "-c", "exec \"$@\" >/dev/null 2>&1", "sh"];

    /// <summary>The same command as the leader of a process group, whose number is that of the process.</summary>
    public static ProcessStartInfo Of(ProcessStartInfo command)
    {
        string[] words = [.. Silenced, command.FileName, .. command.ArgumentList];
        command.FileName = NewGroup;
        command.ArgumentList.Clear();
        foreach (string word in words)
            command.ArgumentList.Add(word);
        return command;
    }
}
