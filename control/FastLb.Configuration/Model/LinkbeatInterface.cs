namespace FastLb.Configuration.Model;

/// <summary>An interface whose link is asked for every second, because its driver does not tell (<c>linkbeat_interfaces</c>).</summary>
/// <param name="Name">The interface's name; each once.</param>
/// <param name="Method">How it is asked.</param>
public sealed record LinkbeatInterface(string Name, LinkbeatMethod Method)
{
    /// <summary>Where the name stands.</summary>
    public Origin Origin { get; init; }
}

/// <summary>How the state of a link is asked for.</summary>
public enum LinkbeatMethod
{
    /// <summary>By the first of the others that the driver answers to.</summary>
    Any,

    /// <summary>The registers of the media-independent interface (SIOCGMIIREG).</summary>
    Mii,

    /// <summary>ETHTOOL_GLINK.</summary>
    Ethtool,

    /// <summary>The interface's flags (SIOCGIFFLAGS).</summary>
    Ioctl,
}
