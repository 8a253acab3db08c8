namespace FastLb.Configuration.Model;

/// <summary>Authentication of advertisements by HMAC-SHA256 behind the addresses (<c>auth_hmac</c> of keepalived 2.4).</summary>
/// <param name="Keys">At least one; ids are unique.</param>
/// <param name="ActiveKey">The id of the key that signs what is sent; one of <paramref name="Keys"/>.</param>
public sealed record HmacAuthentication(ValueList<HmacKey> Keys, byte ActiveKey)
{
    /// <summary>How old advertisements are told from new ones.</summary>
    public AntiReplay AntiReplay { get; init; }

    /// <summary>How far clocks may differ, with <see cref="AntiReplay.Time"/>: 1 to 300 s; null unless it is set.</summary>
    public TimeSpan? TimeWindow { get; init; }

    /// <summary>What becomes of advertisements that are not signed.</summary>
    public HmacMode Mode { get; init; }
}

/// <summary>A key that directors share.</summary>
/// <param name="Id">0 to 255.</param>
/// <param name="Material">As written: <c>hex:</c> with 32 to 64 bytes, <c>file:</c> with a path, or 32 to 64 characters of ASCII.</param>
public sealed record HmacKey(byte Id, Secret Material);

/// <summary>How an advertisement that is played again is known.</summary>
public enum AntiReplay
{
    /// <summary>By the time of day.</summary>
    Time,

    /// <summary>By a counter that only grows.</summary>
    Monotonic,
}

/// <summary>What becomes of advertisements that are not signed, or not rightly.</summary>
public enum HmacMode
{
    /// <summary>They are dropped.</summary>
    Enforce,

    /// <summary>They are accepted; what is sent is signed.</summary>
    Permissive,

    /// <summary>Signed ones are checked; what is sent is not signed.</summary>
    ReceiveOnly,
}
