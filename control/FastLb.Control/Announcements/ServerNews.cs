using FastLb.Configuration.Model;
using FastLb.HealthChecks;

namespace FastLb.Control.Announcements;

/// <summary>What others are told of a real server, or of a virtual server's quorum.</summary>
/// <param name="Service">The virtual server, by the configuration that says whom to tell.</param>
/// <param name="Server">Which of its servers; null when it is about the quorum.</param>
/// <param name="IsUp">Whether it is up now, or has its quorum.</param>
/// <param name="Cause">Why it is told.</param>
internal sealed record ServerNews(VirtualServer Service, RealServer? Server, bool IsUp, NewsCause Cause)
{
    /// <summary>Which check has brought it about; null for none.</summary>
    public CheckIdentity? Check { get; init; }

    /// <summary>What the check found; null when it passed, or there is none.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether it counted as up before; of a quorum alone.</summary>
    public bool HadQuorum { get; init; }

    /// <summary>The total weight of the live servers; of a quorum alone.</summary>
    public long LiveWeight { get; init; }
}

/// <summary>Why something is told of a server or a quorum.</summary>
internal enum NewsCause
{
    /// <summary>It has changed, because of a check.</summary>
    Change,

    /// <summary>A check has changed, and the server has not.</summary>
    CheckAlone,

    /// <summary>The first check has found what was assumed, or the configuration has changed the server: no mail tells of it.</summary>
    Assumption,

    /// <summary>It has just been configured.</summary>
    Start,

    /// <summary>A reload has taken it away.</summary>
    Removal,

    /// <summary>The director stops.</summary>
    Stop,
}
