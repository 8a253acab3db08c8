using System.Security.Cryptography;
using FastLb.Configuration.Model;
using FastLb.Native.Bfd;

namespace FastLb.Bfd.Hosting;

/// <summary>All sessions, and which of them a packet is for. Belongs to the sessions' thread, but for <see cref="All"/>.</summary>
internal sealed class SessionTable
{
    private readonly Dictionary<uint, RunningSession> _byDiscriminator = [];
    private volatile RunningSession[] _all = [];

    /// <summary>Every session, in the order of the configuration. Any thread.</summary>
    public RunningSession[] All => _all;

    /// <summary>Ends what is no longer configured, changes what is configured otherwise, and begins what is new. What hasn't changed isn't touched.</summary>
    public void Become(IReadOnlyList<BfdSession> wanted, SessionSurroundings surroundings, TimeSpan now)
    {
        var kept = new List<RunningSession>(wanted.Count);
        var begun = new List<RunningSession>();
        foreach (BfdSession configuration in wanted)
        {
            if (Array.Find(_all, session => session.IsSameAs(configuration)) is { } present)
            {
                if (present.Configuration != configuration)
                    present.Reconfigure(configuration, now);
                kept.Add(present);
            }
            else
            {
                var session = new RunningSession(configuration, NewDiscriminator(), surroundings);
                _byDiscriminator.Add(session.Discriminator, session);
                begun.Add(session);
                kept.Add(session);
            }
        }

        foreach (RunningSession session in _all.Where(session => !kept.Contains(session)))
        {
            session.Stop(now);
            session.Dispose();
            _byDiscriminator.Remove(session.Discriminator);
        }

        _all = [.. kept];
        surroundings.Receivers.Want(kept.Select(session => session.Path.Link), now);
        foreach (RunningSession session in begun)
            session.Start(now);
    }

    /// <summary>Finds the session of a packet that has passed <see cref="BfdPacketCheck"/> (RFC 5880 section 6.3). Null, with the reason, when it has none.</summary>
    public RunningSession? Find(SessionLink link, in BfdControlPacket packet, in BfdDatagram datagram, out BfdDiscardReason reason)
    {
        reason = BfdDiscardReason.None;
        if (packet.YourDiscriminator != 0)
        {
            if (_byDiscriminator.TryGetValue(packet.YourDiscriminator, out RunningSession? named) && named.Path.Link == link)
                return named;
            reason = BfdDiscardReason.UnknownDiscriminator;
            return null;
        }

        foreach (RunningSession session in _all)
        {
            if (session.Path.Fits(link, datagram))
                return session;
        }

        reason = BfdDiscardReason.UnknownNeighbour;
        return null;
    }

    // Nobody who doesn't see the packets should know it.
    private uint NewDiscriminator()
    {
        uint number;
        do
            number = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        while (number == 0 || _byDiscriminator.ContainsKey(number));
        return number;
    }
}
