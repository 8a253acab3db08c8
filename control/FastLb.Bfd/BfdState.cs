namespace FastLb.Bfd;

/// <summary>The states of a session, with their numbers on the wire (RFC 5880 section 4.1, Sta).</summary>
public enum BfdState : byte
{
    /// <summary>Held down on purpose, as before its start and after its stop: what is received changes nothing.</summary>
    AdminDown = 0,

    /// <summary>The neighbour isn't heard, or says that it doesn't hear.</summary>
    Down = 1,

    /// <summary>The neighbour is heard, and doesn't know yet that it is.</summary>
    Init = 2,

    /// <summary>Each hears the other.</summary>
    Up = 3,
}
