namespace FastLb.Configuration.Model.Checks;

/// <summary>Passes while a BFD session is up (<c>BFD_CHECK</c>, RFC 5880).</summary>
/// <param name="Session">The name of the <c>bfd_instance</c>.</param>
public sealed record BfdCheck(string Session) : HealthCheck
{
    /// <summary>True when the server counts as down until the session has come up.</summary>
    public bool Alpha { get; init; }
}
