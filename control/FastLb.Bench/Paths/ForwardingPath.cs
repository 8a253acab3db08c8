using FastLb.Bench.Laboratory;

namespace FastLb.Bench.Paths;

/// <summary>A way for packets from the client to the server, in a lab of its own, so that all can be measured by turns without setting anything up in between.</summary>
internal abstract class ForwardingPath : IAsyncDisposable
{
    /// <param name="name">For the table.</param>
    /// <param name="lab">Belongs to the path.</param>
    protected ForwardingPath(string name, BenchLab lab)
    {
        Name = name;
        Lab = lab;
    }

    public string Name { get; }

    public BenchLab Lab { get; }

    /// <summary>What forwards.</summary>
    public abstract PathKind Kind { get; }

    /// <summary>How, where there is a choice.</summary>
    public virtual BenchMethod? Method => null;

    /// <summary>Makes it ready to forward.</summary>
    /// <exception cref="BenchException">It can't.</exception>
    public abstract Task Open(CancellationToken cancellation);

    /// <summary>Why it can't forward any more, as far as it knows; null while all is well.</summary>
    public virtual string? DescribeFault() => null;

    public virtual ValueTask DisposeAsync()
    {
        Lab.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>What forwards on a path.</summary>
public enum PathKind
{
    /// <summary>Nothing: the director drops all packets at once. What the generator costs.</summary>
    Dropped,

    /// <summary>The kernel's routing, which balances nothing.</summary>
    Routed,

    /// <summary>The kernel's load balancing: IPVS, or nftables' destination NAT where the kernel has no IPVS.</summary>
    Kernel,

    /// <summary>FastLb.</summary>
    FastLb,
}
