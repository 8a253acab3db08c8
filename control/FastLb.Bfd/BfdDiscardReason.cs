namespace FastLb.Bfd;

/// <summary>Why a received packet is not heeded, in the order of the checks (RFC 5880 section 6.8.6). Each has one counter and one test.</summary>
public enum BfdDiscardReason : byte
{
    /// <summary>It is heeded.</summary>
    None = 0,

    /// <summary>Too short to hold even its Length.</summary>
    Truncated,

    /// <summary>Another version than 1.</summary>
    WrongVersion,

    /// <summary>Length is less than 24, or less than 26 with authentication.</summary>
    LengthTooShort,

    /// <summary>Length is more than the datagram holds.</summary>
    LengthExceedsPayload,

    /// <summary>Detect Mult is 0.</summary>
    ZeroDetectMultiplier,

    /// <summary>M is set, which is for extensions to multipoint.</summary>
    Multipoint,

    /// <summary>My Discriminator is 0.</summary>
    ZeroMyDiscriminator,

    /// <summary>Your Discriminator is that of no session on this port.</summary>
    UnknownDiscriminator,

    /// <summary>Your Discriminator is 0, though the sender is Init or Up and so must have heard it.</summary>
    ZeroYourDiscriminator,

    /// <summary>Your Discriminator is 0, and there is no session on this port with the packet's addresses.</summary>
    UnknownNeighbour,

    /// <summary>The time to live or hop limit is too low: the packet comes from farther away than the session allows (RFC 5881 section 5, RFC 5082).</summary>
    TooManyHops,

    /// <summary>A is set, and there is no authentication here.</summary>
    UnexpectedAuthentication,

    /// <summary>The session is held down on purpose. What the packet says has been noted, nothing else.</summary>
    AdministrativelyDown,
}
