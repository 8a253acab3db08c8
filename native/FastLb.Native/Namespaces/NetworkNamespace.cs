using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace FastLb.Native.Namespaces;

/// <summary>
/// A network namespace without a name, in which one thread lives: sockets that are opened and processes that are started on it belong to the namespace. The kernel
/// removes it with all its interfaces when the thread and whatever else is inside have ended, also when the process is killed.
/// </summary>
public sealed partial class NetworkNamespace : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly string _role;

    /// <param name="role">What it is for; names its threads.</param>
    /// <exception cref="SystemCallException">Needs CAP_SYS_ADMIN, and a kernel with network namespaces.</exception>
    public NetworkNamespace(string role)
    {
        _role = role;
        _thread = new Thread(Work) { IsBackground = true, Name = role };
        _thread.Start();
        try
        {
            Path = Invoke(Unshare);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Names the namespace for <c>ip link set … netns</c> and setns(2).</summary>
    public string Path { get; }

    /// <summary>Has the namespace's thread do something, and waits for it; what it throws is thrown here.</summary>
    public T Invoke<T>(Func<T> function)
    {
        T result = default!;
        Invoke(() => { result = function(); });
        return result;
    }

    /// <inheritdoc cref="Invoke{T}(Func{T})"/>
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

    /// <summary>Starts something on another thread in the namespace. The task tells its end, and what it threw.</summary>
    public Task Start(Action action)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                action();
                ended.SetResult();
            }
            catch (Exception exception)
            {
                ended.SetException(exception);
            }
        })
        {
            IsBackground = true,
            Name = _role,
        };
        thread.Start();
        return ended.Task;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private static string Unshare()
    {
        if (LibC.unshare(LibC.CLONE_NEWNET) < 0)
            throw SystemCallException.FromLastErrno("unshare", "network namespace", errno => errno == Errno.EPERM ? "needs CAP_SYS_ADMIN; run it as root" : null);
        string thread = new FileInfo("/proc/thread-self").LinkTarget ?? throw new InvalidOperationException("/proc is not mounted");
        return $"/proc/{thread}/ns/net"; // the link is <process>/task/<thread>
    }

    private void Enter()
    {
        using SafeFileHandle handle = File.OpenHandle(Path);
        if (SetNamespace(handle, LibC.CLONE_NEWNET) < 0)
            throw new SystemCallException("setns", Path, SystemCallException.LastImportErrno);
    }

    private void Work()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
            action();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int type);
}
