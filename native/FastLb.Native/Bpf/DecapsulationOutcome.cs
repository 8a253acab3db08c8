namespace FastLb.Native.Bpf;

/// <summary><c>enum decapsulate_outcome</c>: what became of an IPIP packet. All but <see cref="Congested"/> go on into the kernel.</summary>
public enum DecapsulationOutcome
{
    /// <summary>The outer header was removed.</summary>
    Decapsulated,

    /// <summary>To another host.</summary>
    NotOwnAddress,

    /// <summary>A fragment of an outer packet.</summary>
    Fragment,

    /// <summary>Headers or lengths that contradict themselves or each other.</summary>
    Malformed,

    /// <summary>The packet inside is not for a virtual address.</summary>
    NotVirtualAddress,

    /// <summary>Directors are named, and the sender is none of them.</summary>
    OtherSender,

    /// <summary>Dropped: a router marked it, and its sender doesn't know such marks (RFC 6040 §4.2).</summary>
    Congested,

    /// <summary>The kernel could not remove the header.</summary>
    Failed,
}
