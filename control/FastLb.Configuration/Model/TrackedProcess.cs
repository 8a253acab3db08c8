namespace FastLb.Configuration.Model;

/// <summary>Processes that are counted, by name or by command line (<c>vrrp_track_process</c>).</summary>
/// <param name="Name">Its name, unique among processes.</param>
/// <param name="Command">The process's name, and the parameters that it must have.</param>
public sealed record TrackedProcess(string Name, ValueList<string> Command)
{
    /// <summary>Where its name stands.</summary>
    public Origin Origin { get; init; }

    /// <summary>How the parameters are compared.</summary>
    public ParameterMatch ParameterMatch { get; init; }

    /// <summary>The weight of trackers that have none of their own; -254 to 254.</summary>
    public TrackerWeight Weight { get; init; } = new(1, IsReversed: false);

    /// <summary>The fewest processes with which it is up; 1 to 65535.</summary>
    public int Quorum { get; init; } = 1;

    /// <summary>The most processes with which it is up, 0 to 65535, not less than <see cref="Quorum"/> unless 0; null for no limit.</summary>
    public int? MostProcesses { get; init; }

    /// <summary>How long the quorum must last before it is up (<c>fork_delay</c>); up to an hour.</summary>
    public TimeSpan ForkDelay { get; init; }

    /// <summary>How long the quorum must be missing before it is down (<c>terminate_delay</c>); up to an hour.</summary>
    public TimeSpan TerminateDelay { get; init; }

    /// <summary>True when the whole command line is compared even without parameters (<c>full_command</c>).</summary>
    public bool ComparesCommandLine { get; init; }
}

/// <summary>How the parameters of a process are compared with those of a definition.</summary>
public enum ParameterMatch
{
    /// <summary>If there are any, they must be the same.</summary>
    Exact,

    /// <summary>The last of them may go on where the definition's ends (<c>initial</c>).</summary>
    Initial,

    /// <summary>The first of them must be the same (<c>partial</c>).</summary>
    Partial,
}
