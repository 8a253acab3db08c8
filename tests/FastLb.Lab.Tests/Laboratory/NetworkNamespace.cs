using System.ComponentModel;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>A named network namespace (ip-netns(8)).</summary>
internal sealed record NetworkNamespace(string Name)
{
    /// <summary>
    /// Runs <paramref name="create"/> inside the namespace. A socket belongs for its whole life to the namespace it was created in,
    /// so that what is created here can be used from any thread afterwards.
    /// </summary>
    public T Create<T>(Func<T> create)
    {
        T? created = default;
        ExceptionDispatchInfo? fault = null;

        // A thread of its own, since the namespace belongs to the thread: one of the pool would carry it into other tests.
        Thread thread = new(() =>
        {
            try
            {
                Enter();
                created = create();
            }
            catch (Exception exception)
            {
                fault = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        fault?.Throw();
        return created!;
    }

    /// <summary>Moves the calling thread into the namespace, for good: the thread must not be one of the pool.</summary>
    public void Enter()
    {
        using SafeFileHandle descriptor = File.OpenHandle($"/run/netns/{Name}");
        if (LibC.SetNamespace(descriptor, LibC.CloneNewNet) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"setns {Name}: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
