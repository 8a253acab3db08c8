using System.Net.Sockets;
using FastLb.Native;
using FastLb.Native.Bfd;

namespace FastLb.Bfd.Hosting;

/// <summary>
/// The sockets that packets come in by, open while sessions need them. One that can't be opened, because another program has the port, is tried again until it can.
/// Belongs to the sessions' thread.
/// </summary>
internal sealed class Receivers(ThreadLog log) : IDisposable
{
    /// <summary>How many there are.</summary>
    public const int Count = 4;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly BfdReceiver?[] _receivers = new BfdReceiver?[Count];
    private readonly bool[] _wanted = new bool[Count];
    private readonly string?[] _obstacles = new string?[Count];

    /// <summary>When <see cref="OpenMissing"/> is wanted; <see cref="TimeSpan.MaxValue"/> when none is missing.</summary>
    public TimeSpan NextAttempt { get; private set; } = TimeSpan.MaxValue;

    /// <summary>A link's socket; null while it isn't open.</summary>
    public BfdReceiver? this[int index] => _receivers[index];

    /// <summary>Why a link's socket isn't open; null when it is, or isn't wanted.</summary>
    public string? ObstacleOf(SessionLink link) => _obstacles[link.Index];

    /// <summary>Opens what sessions need, closes what they don't.</summary>
    public void Want(IEnumerable<SessionLink> links, TimeSpan now)
    {
        Array.Clear(_wanted);
        foreach (SessionLink link in links)
            _wanted[link.Index] = true;
        for (int i = 0; i < Count; i++)
        {
            if (_wanted[i])
                continue;
            _receivers[i]?.Dispose();
            _receivers[i] = null;
            _obstacles[i] = null;
        }

        OpenMissing(now);
    }

    /// <summary>Tries to open what is wanted and isn't open.</summary>
    public void OpenMissing(TimeSpan now)
    {
        NextAttempt = TimeSpan.MaxValue;
        for (int i = 0; i < Count; i++)
        {
            if (_wanted[i] && _receivers[i] is null && !TryOpen(i))
                NextAttempt = now + RetryInterval;
        }
    }

    public void Dispose()
    {
        foreach (BfdReceiver? receiver in _receivers)
            receiver?.Dispose();
    }

    private bool TryOpen(int index)
    {
        SessionLink link = SessionLink.At(index);
        ushort port = link.IsMultihop ? BfdPorts.Multihop : BfdPorts.SingleHop;
        try
        {
            _receivers[index] = BfdReceiver.Open(link.IsIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, port);
        }
        catch (SystemCallException failure)
        {
            if (_obstacles[index] != failure.Message)
                log.Error($"BFD sessions of UDP port {port} wait: {failure.Message}");
            _obstacles[index] = failure.Message;
            return false;
        }

        if (_obstacles[index] is not null)
            log.Information($"BFD sessions of UDP port {port} can begin");
        _obstacles[index] = null;
        return true;
    }
}
