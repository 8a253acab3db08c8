namespace FastLb.Runtime;

/// <summary>The processes of a director, one of each at most.</summary>
public enum ProcessRole
{
    /// <summary>Starts and watches the others.</summary>
    Supervisor,

    /// <summary>Forwards packets.</summary>
    Dataplane,

    /// <summary>Speaks VRRP and holds the virtual addresses.</summary>
    Vrrp,

    /// <summary>Checks servers, follows the network, tells the dataplane what to do, serves the API.</summary>
    Control,
}

/// <summary>How the roles are called in file names, commands and logs.</summary>
public static class ProcessRoles
{
    /// <summary>The role's name: lower case, one word.</summary>
    public static string Name(this ProcessRole role) => role switch
    {
        ProcessRole.Supervisor => "supervisor",
        ProcessRole.Dataplane => "dataplane",
        ProcessRole.Vrrp => "vrrp",
        _ => "control",
    };
}
