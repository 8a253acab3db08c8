using System.Diagnostics;

namespace FastLb.Lab.Tests;

/// <summary>How long something that happens all the time did not happen. Any thread.</summary>
internal sealed class Silence
{
    private readonly Lock _lock = new();
    private long _last = Stopwatch.GetTimestamp();
    private long _marked;
    private TimeSpan _longest;
    private TimeSpan? _sinceMark;

    /// <summary>The longest time between two times that it happened, since <see cref="Begin"/>.</summary>
    public TimeSpan Longest
    {
        get
        {
            lock (_lock)
                return _longest;
        }
    }

    /// <summary>From <see cref="Mark"/> to the next time that it happened; null until then.</summary>
    public TimeSpan? SinceMark
    {
        get
        {
            lock (_lock)
                return _sinceMark;
        }
    }

    /// <summary>Forgets what was.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _longest = TimeSpan.Zero;
            _sinceMark = null;
            _marked = 0;
        }
    }

    /// <summary>Remembers this moment.</summary>
    public void Mark()
    {
        lock (_lock)
            _marked = Stopwatch.GetTimestamp();
    }

    /// <summary>It happens.</summary>
    public void Break()
    {
        lock (_lock)
        {
            TimeSpan length = Stopwatch.GetElapsedTime(_last);
            _last = Stopwatch.GetTimestamp();
            _longest = length > _longest ? length : _longest;
            if (_marked != 0)
                _sinceMark ??= Stopwatch.GetElapsedTime(_marked);
        }
    }
}
