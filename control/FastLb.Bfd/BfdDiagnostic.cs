namespace FastLb.Bfd;

/// <summary>
/// Why a session's state changed last, with the numbers on the wire (RFC 5880 section 4.1, Diag). A neighbour may send any of 0 to 31; a session of this end has
/// <see cref="None"/>, <see cref="DetectionTimeExpired"/>, <see cref="NeighbourSignalledDown"/> or <see cref="AdministrativelyDown"/>, since the others belong to
/// functions that it doesn't have.
/// </summary>
public enum BfdDiagnostic : byte
{
    /// <summary>Nothing is wrong, or nothing has been heard yet.</summary>
    None = 0,

    /// <summary>Control Detection Time Expired: no packet came for that long.</summary>
    DetectionTimeExpired = 1,

    /// <summary>Echo Function Failed.</summary>
    EchoFailed = 2,

    /// <summary>Neighbor Signaled Session Down: the neighbour is Down or AdminDown.</summary>
    NeighbourSignalledDown = 3,

    /// <summary>Forwarding Plane Reset.</summary>
    ForwardingPlaneReset = 4,

    /// <summary>Path Down.</summary>
    PathDown = 5,

    /// <summary>Concatenated Path Down.</summary>
    ConcatenatedPathDown = 6,

    /// <summary>Administratively Down: stopped on purpose.</summary>
    AdministrativelyDown = 7,

    /// <summary>Reverse Concatenated Path Down.</summary>
    ReverseConcatenatedPathDown = 8,
}
