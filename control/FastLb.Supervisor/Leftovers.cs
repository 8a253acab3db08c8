using FastLb.Native.Interfaces;
using FastLb.Native.Processes;
using FastLb.Netlink;
using FastLb.Runtime;
using Microsoft.Extensions.Logging;

namespace FastLb.Supervisor;

/// <summary>What a director that was killed leaves behind: processes that are about to end, addresses, neighbours, offloads, files.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Waits for the processes of an earlier director in this runtime directory. They end by themselves as soon as they notice that their supervisor has; until
    /// then they may hold addresses and interfaces.
    /// </summary>
    /// <exception cref="DirectorException">One does not end.</exception>
    public static async Task WaitForProcesses(RuntimeDirectory directory, ILogger log, CancellationToken cancellation)
    {
        foreach (ProcessRole role in (ProcessRole[])[ProcessRole.Vrrp, ProcessRole.Control, ProcessRole.Dataplane])
        {
            if (directory.ReadPid(role) is not { } pid || !IsOurs(pid, role))
                continue;
            log.LogWarning("an earlier fastlb has left its {Role} process {Pid}; waiting for its end", role.Name(), pid);
            try
            {
                await ProcessWatch.WaitForExit(pid, cancellation).WaitAsync(Patience, cancellation);
            }
            catch (TimeoutException fault)
            {
                throw new DirectorException($"the {role.Name()} process {pid} of an earlier fastlb does not end; kill it", fault);
            }
        }
    }

    /// <summary>Takes back what is left in the kernel, and removes the files of the run.</summary>
    public static void Undo(RuntimeDirectory directory, ILogger log)
    {
        UndoAddresses(directory, log);
        Undo(directory.StaticJournal, log);
        using (Rtnetlink kernel = Rtnetlink.Open())
            KernelJournal.Open(directory.NeighbourJournal, kernel, log).UndoAll();
        RestoreOffloads(directory, log);
        directory.ClearRun();
    }

    /// <summary>Removes the virtual addresses that no process holds any more, and what moves with them. What is there in every state stays.</summary>
    public static void UndoAddresses(RuntimeDirectory directory, ILogger log)
    {
        Undo(directory.AddressJournal, log);
        File.Delete(directory.VrrpStateFile);
    }

    private static void Undo(string journal, ILogger log)
    {
        using Rtnetlink kernel = Rtnetlink.Open();
        foreach (AddressInfo address in KernelJournal.Open(journal, kernel, log).UndoAll())
            log.LogWarning("removed {Address}, which a process that was killed had left", address);
    }

    private static void RestoreOffloads(RuntimeDirectory directory, ILogger log)
    {
        OffloadJournal journal = OffloadJournal.Open(directory.OffloadJournal);
        if (journal.Damage is { } damage)
            log.LogError("{File} can't be read ({Fault}); receive offloads of an earlier run may be left off", directory.OffloadJournal, damage);
        foreach (OffloadOutcome outcome in journal.RestoreAll())
        {
            if (outcome.Switched != ReceiveOffloads.None)
            {
                log.LogWarning("{Interface}: switched {Offloads} on again, which a process that was killed had left off",
                    outcome.Interface, ReceiveOffloadNames.Of(outcome.Switched));
            }

            if (outcome.Refused != ReceiveOffloads.None)
            {
                log.LogError("{Interface}: {Offloads} can't be switched on again: {Reason}",
                    outcome.Interface, ReceiveOffloadNames.Of(outcome.Refused), outcome.Fault?.Message ?? "the driver refuses");
            }
        }
    }

    private static bool IsOurs(int pid, ProcessRole role)
    {
        try
        {
            string[] command = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return command.Length > 2 && command[1] == "process" && command[2] == role.Name()
                && Path.GetFileName(command[0]) == Path.GetFileName(Environment.ProcessPath);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
