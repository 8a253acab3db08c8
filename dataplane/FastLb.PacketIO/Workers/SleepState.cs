namespace FastLb.PacketIO.Workers;

/// <summary>Whether a worker sleeps, and what it is to be woken for. Written by it when it falls asleep and wakes up, and by whoever wakes it.</summary>
internal sealed class SleepState
{
    private const int Awake = 0;
    private const int AsleepForWork = 1;
    private const int AsleepForWorkOrChunks = 2;

    private PaddedInt32 _state;

    /// <summary>The worker: sleeps from now on. A full barrier.</summary>
    public void FallAsleep(bool hungry) => Interlocked.Exchange(ref _state.Value, hungry ? AsleepForWorkOrChunks : AsleepForWork);

    /// <summary>The worker: is awake.</summary>
    public void WakeUp() => Volatile.Write(ref _state.Value, Awake);

    /// <summary>Another worker: true when it is the one that has to wake the sleeper.</summary>
    /// <param name="work">Whether there is more for the sleeper than chunks.</param>
    public bool TryEnd(bool work)
    {
        int state = Volatile.Read(ref _state.Value);
        return state > (work ? Awake : AsleepForWork) && Interlocked.CompareExchange(ref _state.Value, Awake, state) == state;
    }
}
