using System.Collections.Concurrent;
using System.Net;
using FastLb.Bfd.Hosting;
using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;
using FastLb.Runtime.Tests;

namespace FastLb.Bfd.Tests.Hosts;

/// <summary>A host in a namespace, and what it has told.</summary>
internal sealed class RunningHost : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<BfdEvent> _events = new();

    public RunningHost(NetworkNamespace network, params IReadOnlyList<BfdSession> sessions)
    {
        Host = new BfdHost(sessions, _events.Enqueue, Log, fault => Failure = fault);
        network.Invoke(Host.Start);
    }

    public BfdHost Host { get; }

    public RecordingLog Log { get; } = new();

    public Exception? Failure { get; private set; }

    public IReadOnlyList<BfdEvent> Events => [.. _events];

    /// <summary>50 ms each way, forty times, which a busy machine doesn't exhaust.</summary>
    public static BfdSession Session(string name, string neighbour, string? source = null) => new(name, IPAddress.Parse(neighbour))
    {
        SourceAddress = source is null ? null : IPAddress.Parse(source),
        ReceiveInterval = TimeSpan.FromMilliseconds(50),
        TransmitInterval = TimeSpan.FromMilliseconds(50),
        Multiplier = 40,
    };

    /// <summary>Waits until a session is as wished, and gives how it is.</summary>
    public BfdStatus Until(string name, Predicate<BfdStatus> reached)
    {
        BfdStatus? status = null;
        Assert.True(
            SpinWait.SpinUntil(() => (status = Host.Statuses.FirstOrDefault(s => s.Name == name)) is not null && reached(status), Patience),
            $"not reached; last: {status}; {string.Join("; ", Log.Lines)}");
        return status!;
    }

    public BfdStatus UntilUp(string name = "peer") => Until(name, status => status.IsUp);

    /// <summary>Waits for what isn't a session's state.</summary>
    public void Until(Func<bool> reached, string what) =>
        Assert.True(SpinWait.SpinUntil(reached, Patience), $"{what}: not reached; {string.Join("; ", Log.Lines)}; {string.Join("; ", Events)}");

    public void Dispose()
    {
        Host.Dispose();
        Assert.Null(Failure);
    }
}
