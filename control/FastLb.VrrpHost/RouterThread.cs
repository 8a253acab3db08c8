using System.Collections.Concurrent;
using FastLb.Native.Polling;
using FastLb.Native.Processes;
using FastLb.Vrrp;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost;

/// <summary>
/// The thread that runs all virtual routers: it waits for advertisements, for the routers' timers and for what other threads tell, and does nothing else, so that
/// advertisements leave on time whatever the process and the machine are busy with.
/// </summary>
internal sealed class RouterThread : IDisposable
{
    // Above ordinary work, below the kernel's own real-time threads.
    private const int RealtimePriority = 20;
    private const int LargestPacket = 4608; // 255 addresses of IPv6, with room
    private const int PacketsAtOnce = 64;

    private readonly RouterSet _routers;
    private readonly Action<Exception> _failed;
    private readonly ILogger _log;
    private readonly ConcurrentQueue<Action> _told = new();
    private readonly EventDescriptor _wake = EventDescriptor.Create();
    private readonly TimerDescriptor _timer = TimerDescriptor.Create();
    private readonly byte[] _packet = new byte[LargestPacket];
    private readonly Thread _thread;
    private PollSet? _poll;
    private long _turns;
    private volatile bool _ending;

    /// <param name="routers">All of them; from <see cref="Start"/> on they belong to the thread.</param>
    /// <param name="failed">Called when the thread can't go on.</param>
    /// <param name="log">For what concerns the thread itself.</param>
    public RouterThread(RouterSet routers, Action<Exception> failed, ILogger log)
    {
        _routers = routers;
        _failed = failed;
        _log = log;
        _thread = new Thread(Run) { Name = "vrrp", IsBackground = true };
    }

    /// <summary>Grows each time the thread has looked at everything. Any thread.</summary>
    public long Turns => Interlocked.Read(ref _turns);

    public void Start() => _thread.Start();

    /// <summary>Has the thread do something with the routers. Any thread.</summary>
    public void Tell(Action action)
    {
        _told.Enqueue(action);
        _wake.Set();
    }

    /// <summary>Ends the thread after all that it has been told.</summary>
    public void End()
    {
        Tell(() => _ending = true);
        if (_thread.IsAlive)
            _thread.Join();
    }

    public void Dispose()
    {
        End();
        _wake.Dispose();
        _timer.Dispose();
    }

    private void Run()
    {
        try
        {
            ThreadScheduling.TryUseRealtime(RealtimePriority, out string explanation);
            _log.LogInformation("the thread that sends advertisements has {Scheduling}", explanation);
            while (!_ending)
                Turn();
        }
        catch (Exception fault)
        {
            _failed(fault);
        }
    }

    // Packets before timers: a thread that comes late must not take a master for dead whose advertisements have arrived meanwhile.
    private void Turn()
    {
        _wake.Clear();
        while (_told.TryDequeue(out Action? action))
        {
            action();
            _poll = null; // sockets may have been opened
        }

        foreach (Router router in _routers.All)
            router.ReceiveArrived(_packet, PacketsAtOnce);
        TimeSpan next = VirtualRouterState.Never;
        foreach (Router router in _routers.All)
        {
            router.ActIfDue();
            next = router.NextDeadline < next ? router.NextDeadline : next;
        }

        Interlocked.Increment(ref _turns);
        Sleep(next);
    }

    private void Sleep(TimeSpan until)
    {
        if (_ending)
            return;
        if (until == VirtualRouterState.Never)
            _timer.Disarm();
        else
            _timer.Arm(until);
        _poll ??= new PollSet([_wake.Descriptor, _timer.Descriptor, .. _routers.All.Select(router => router.Descriptor)]);
        _poll.Wait(-1);
        _timer.Clear();
    }
}
