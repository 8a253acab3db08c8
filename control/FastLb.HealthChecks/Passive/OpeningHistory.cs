namespace FastLb.HealthChecks.Passive;

/// <summary>The readings of one server that a sliding window needs.</summary>
/// <param name="window">How far back it looks.</param>
internal sealed class OpeningHistory(TimeSpan window)
{
    private readonly Queue<(TimeSpan At, OpeningTotals Totals)> _readings = new();
    private OpeningTotals _last;

    /// <summary>What has come since the reading before the last; nothing after the first.</summary>
    public OpeningTotals Latest { get; private set; }

    /// <summary>What has come within the window, which begins with the latest reading that is old enough: so it may be longer by one reading.</summary>
    public OpeningTotals Recent => _last.Since(_readings.Peek().Totals);

    /// <summary>Takes a reading. After one that is behind the last, nothing of before is known any more.</summary>
    public void Add(TimeSpan now, OpeningTotals totals)
    {
        bool isAnew = _readings.Count == 0 || totals.AreBehind(_last);
        if (isAnew)
            _readings.Clear();
        Latest = isAnew ? default : totals.Since(_last);
        _last = totals;
        _readings.Enqueue((now, totals));
        while (_readings.Count > 1 && _readings.ElementAt(1).At <= now - window)
            _readings.Dequeue();
    }

    /// <summary>Begins a window with the last reading.</summary>
    public void BeginAnew(TimeSpan now)
    {
        _readings.Clear();
        _readings.Enqueue((now, _last));
    }
}
