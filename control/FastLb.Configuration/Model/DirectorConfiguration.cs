namespace FastLb.Configuration.Model;

/// <summary>
/// Everything that a configuration file says, resolved: defaults filled in, items that keepalived would leave out left out. Immutable; two
/// are equal when they mean the same. Lists keep the order of the file.
/// </summary>
public sealed record DirectorConfiguration(GlobalDefinitions Global, ValueList<VrrpInstance> VrrpInstances, ValueList<VirtualServer> VirtualServers)
{
    /// <summary>What the <c>fastlb</c> block says.</summary>
    public DataplaneSettings Dataplane { get; init; } = new();

    /// <summary>What stands outside all blocks and tunes keepalived's own processes and files, or is refused.</summary>
    public ValueList<Setting> Settings { get; init; } = [];

    /// <summary>The certificates of <c>SSL_GET</c> checks; null when none are set.</summary>
    public SslContext? Ssl { get; init; }
}
