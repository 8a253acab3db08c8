namespace FastLb.Bfd.Hosting;

/// <summary>What all sessions of a host share. Belongs to their thread, but for what says otherwise.</summary>
/// <param name="Receivers">The sockets that packets come in by.</param>
/// <param name="Random">For jitter.</param>
/// <param name="Time">For the time of day that is shown.</param>
/// <param name="Changed">Told when a session becomes up, or is so no longer; must not block.</param>
/// <param name="Log">For what happens.</param>
internal sealed record SessionSurroundings(Receivers Receivers, Random Random, TimeProvider Time, Action<BfdEvent> Changed, ThreadLog Log);
