using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>
/// Whether a script counts as up, from how it ends. The first result counts at once, as in keepalived; after that so many in a row as <c>rise</c> and
/// <c>fall</c> say. With <c>init_fail</c> it is down from the start, and must rise like one that has failed (which keepalived's manual says, and 2.2.7 doesn't
/// do).
/// </summary>
internal sealed class ScriptHealth
{
    private int _streak;

    public ScriptHealth(TrackedScript script)
    {
        Script = script;
        IsUp = script.StartsFailed ? false : null;
    }

    /// <summary>Its definition; may be replaced by another, which counts from the next result on.</summary>
    public TrackedScript Script { get; set; }

    /// <summary>Null before the first result.</summary>
    public bool? IsUp { get; private set; }

    /// <summary>Takes one result.</summary>
    /// <returns>True when <see cref="IsUp"/> has changed.</returns>
    public bool Take(bool success)
    {
        if (IsUp == success)
        {
            _streak = 0;
            return false;
        }

        _streak++;
        if (IsUp is { } isUp && _streak < (isUp ? Script.Fall : Script.Rise))
            return false;
        _streak = 0;
        IsUp = success;
        return true;
    }
}
