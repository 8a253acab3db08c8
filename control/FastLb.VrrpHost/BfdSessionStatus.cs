using FastLb.Bfd;
using FastLb.Bfd.Hosting;
using FastLb.VrrpChannel;

namespace FastLb.VrrpHost;

/// <summary>How BFD sessions stand, in the words that users see.</summary>
internal static class BfdSessionStatus
{
    /// <summary>A session with what it counts.</summary>
    public static VrrpBfdStatus Of(BfdStatus session) => new(
        session.Name,
        session.Neighbour,
        session.Local,
        Word(session.State),
        session.Since,
        CauseOf(session),
        session.DetectionTime.TotalSeconds,
        session.Counters.Sent,
        session.Counters.Received,
        session.Counters.Discarded.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value, StringComparer.Ordinal));

    private static string Word(BfdState state) => state == BfdState.AdminDown ? "admin down" : state.ToString().ToLowerInvariant();

    private static string CauseOf(BfdStatus session) => session.Obstacle ?? session.Diagnostic switch
    {
        _ when session.IsUp => "each end hears the other",
        _ when session.State == BfdState.Init => "the neighbour is heard, and doesn't know it yet",
        BfdDiagnostic.None => "nothing is heard of the neighbour",
        BfdDiagnostic.DetectionTimeExpired => "the neighbour has been silent for the detection time",
        BfdDiagnostic.NeighbourSignalledDown => session.RemoteState == BfdState.AdminDown ? "the neighbour has taken it down on purpose" : "the neighbour has taken it down",
        BfdDiagnostic.AdministrativelyDown => "it is being stopped",
        _ => session.Diagnostic.ToString(),
    };
}
