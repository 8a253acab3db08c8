using System.Diagnostics;
using System.Runtime.InteropServices;
using FastLb.Native.Processes;

namespace FastLb.Supervisor.Tests;

/// <summary>A process of the director, played by this executable. Each ends with the test process at the latest.</summary>
internal static class PlayedChild
{
    /// <summary>Is ready, says that it is alive, works by one configuration more at each reload, from the first on, and stops in order.</summary>
    public const string Serve = "serve";

    /// <summary>Is ready and then says nothing.</summary>
    public const string Silent = "silent";

    /// <summary>Is never ready.</summary>
    public const string Mute = "mute";

    /// <summary>Is ready and doesn't stop.</summary>
    public const string Stubborn = "stubborn";

    /// <summary>Is ready and ends at once, with <see cref="FailureStatus"/>.</summary>
    public const string Crash = "crash";

    /// <summary>Ends with <see cref="FailureStatus"/> before it is ready.</summary>
    public const string Fail = "fail";

    /// <summary>Is killed before it is ready.</summary>
    public const string Killed = "killed";

    public const int FailureStatus = 3;

    private static readonly TimeSpan AlivePeriod = TimeSpan.FromMilliseconds(100);

    public static async Task<int> Run(string role, string directory, int parent, string behaviour, string[] arguments)
    {
        File.WriteAllLines(ArgumentsFile(directory, role, Environment.ProcessId), arguments);
        File.WriteAllLines(DescriptorsFile(directory, role, Environment.ProcessId), Directory.EnumerateFiles("/proc/self/fd").Select(TargetOf));
        using ServiceNotifier supervisor = ServiceNotifier.FromEnvironment();
        switch (behaviour)
        {
            case Fail:
                return FailureStatus;
            case Killed:
                Process.GetCurrentProcess().Kill();
                return 0;
            case Crash:
                supervisor.Ready("about to crash");
                return FailureStatus;
            case Stubborn:
                using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true))
                {
                    supervisor.Ready("not going to stop");
                    await ProcessWatch.WaitForExit(parent, CancellationToken.None);
                }

                return 0;
            default:
                await Live(supervisor, parent, behaviour);
                await File.WriteAllTextAsync(StoppedFile(directory, role, Environment.ProcessId), string.Empty);
                return 0;
        }
    }

    /// <summary>The arguments that a process was started with, one to a line.</summary>
    public static string ArgumentsFile(string directory, string role, int pid) => Path.Combine(directory, $"{role}.{pid}.arguments");

    /// <summary>What the descriptors that a process was started with lead to, one to a line.</summary>
    public static string DescriptorsFile(string directory, string role, int pid) => Path.Combine(directory, $"{role}.{pid}.descriptors");

    /// <summary>Is there when a process has stopped in order.</summary>
    public static string StoppedFile(string directory, string role, int pid) => Path.Combine(directory, $"{role}.{pid}.stopped");

    private static string TargetOf(string descriptor) => new FileInfo(descriptor).LinkTarget ?? string.Empty;

    private static async Task Live(ServiceNotifier supervisor, int parent, string behaviour)
    {
        await using ChildLife life = ChildLife.Begin(parent);
        if (behaviour != Mute)
            supervisor.Ready("serving");
        long configuration = 1;
        try
        {
            while (true)
            {
                await Task.Delay(AlivePeriod, life.Stopping);
                if (behaviour == Serve && life.Reloads.TryRead(out _))
                    supervisor.Works(++configuration);
                if (behaviour == Serve)
                    supervisor.Watchdog();
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
