using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Tmds.Linux;

namespace FastLb.Native.Tests.Namespaces;

/// <summary>
/// A network namespace of its own, in which one thread lives. Sockets opened and processes started on that thread belong to the namespace. It vanishes with its
/// thread, also when the test process is killed.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public NetworkNamespace()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "network namespace" };
        _thread.Start();
        Path = Invoke(() =>
        {
            if (LibC.unshare(LibC.CLONE_NEWNET) < 0)
                throw SystemCallException.FromLastErrno("unshare", "network namespace", _ => "these tests need root");
            // IPv6 would send router solicitations and multicast reports of its own into what the tests count.
            File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
            string thread = new FileInfo("/proc/thread-self").LinkTarget!; // <process>/task/<thread>
            return $"/proc/{thread}/ns/net";
        });
        Run("ip", "link set lo up");
    }

    /// <summary>Names the namespace for <c>ip link set … netns</c>.</summary>
    public string Path { get; }

    public T Invoke<T>(Func<T> function)
    {
        T result = default!;
        Invoke(() => { result = function(); });
        return result;
    }

    public void Invoke(Action action)
    {
        using ManualResetEventSlim done = new();
        ExceptionDispatchInfo? fault = null;
        _work.Add(() =>
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                fault = ExceptionDispatchInfo.Capture(exception);
            }

            done.Set();
        });
        done.Wait();
        fault?.Throw();
    }

    /// <summary>Runs a command in the namespace and gives what it printed; fails when the command does.</summary>
    public string Run(string command, string arguments) => Invoke(() =>
    {
        ProcessStartInfo start = new(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        // Whoever reads them has to close them: the process doesn't, and a thousand open pipes are more than select(2) in libraries takes.
        using StreamReader outputReader = process.StandardOutput, errorReader = process.StandardError;
        string output = outputReader.ReadToEnd();
        string errors = errorReader.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {arguments}: {errors}");
        return output;
    });

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
            action();
    }
}
