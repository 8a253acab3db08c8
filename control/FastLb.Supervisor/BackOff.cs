namespace FastLb.Supervisor;

/// <summary>
/// The pause before a process is started again: none after it had run for a while, then longer each time, so that a process that can't run doesn't keep
/// the machine busy. Immutable.
/// </summary>
/// <param name="Next">The pause before the next start, if the process ends early.</param>
internal readonly record struct BackOff(TimeSpan Next)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>A process that has run this long is given another start at once.</summary>
    public static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    /// <summary>For a process that has not ended yet.</summary>
    public static BackOff Initial => new(TimeSpan.Zero);

    /// <summary>The pause after a run of this length, and what follows if the next run ends early too.</summary>
    public (TimeSpan Pause, BackOff Then) After(TimeSpan run)
    {
        TimeSpan pause = run >= LongEnough ? TimeSpan.Zero : Next;
        TimeSpan then = pause == TimeSpan.Zero ? First : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, Longest.Ticks));
        return (pause, new BackOff(then));
    }
}
