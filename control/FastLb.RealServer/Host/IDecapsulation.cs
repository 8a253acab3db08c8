using FastLb.Native;
using FastLb.Native.Bpf;
using FastLb.Netlink;

namespace FastLb.RealServer.Host;

/// <summary>FastLb's decapsulating program on the interfaces of this host. It stays there without a process.</summary>
internal interface IDecapsulation
{
    /// <summary>The program on an interface and what it has done; null where there is none.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    DecapsulationState? Read(LinkInfo link);

    /// <summary>Makes the place on an interface that programs sit in. False when it is there.</summary>
    /// <exception cref="KernelFeatureException">The kernel has no such place.</exception>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    bool AddPlace(LinkInfo link);

    /// <summary>Puts the program on an interface, in one step in place of the one that is there.</summary>
    /// <exception cref="KernelFeatureException">The kernel can't have programs there.</exception>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    void Put(LinkInfo link, DecapsulationRules rules);

    /// <summary>Takes the program off. False when it wasn't there.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    bool Remove(LinkInfo link);

    /// <summary>Removes the place if nobody else's programs are in it; false if they are.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    bool RemoveEmptyPlace(LinkInfo link);
}

/// <summary>A program that is in place.</summary>
/// <param name="Rules">What it takes headers off.</param>
/// <param name="Packets">IPIP packets per outcome since it was put there.</param>
internal sealed record DecapsulationState(DecapsulationRules Rules, IReadOnlyDictionary<DecapsulationOutcome, ulong> Packets);
