namespace FastLb.Configuration.Model;

/// <summary>A command that is run when something happens.</summary>
/// <param name="Arguments">The program and its parameters; at least one, none of them with a NUL. Not a shell's command line.</param>
/// <param name="User">Who runs it; null for <see cref="GlobalDefinitions.ScriptUser"/>.</param>
public sealed record NotifyScript(ValueList<string> Arguments, ScriptUser? User)
{
    /// <summary>Where the command is written.</summary>
    public Origin Origin { get; init; }
}

/// <summary>The identity of a script, by names that only the machine that runs it can resolve.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Group">The group's name; null for the user's own group.</param>
public sealed record ScriptUser(string Name, string? Group);

/// <summary>The scripts of an instance; null where there is none.</summary>
public sealed record VrrpNotifications
{
    /// <summary>No script at all.</summary>
    public static readonly VrrpNotifications None = new();

    /// <summary>When it becomes master (<c>notify_master</c>).</summary>
    public NotifyScript? Master { get; init; }

    /// <summary>When it becomes backup (<c>notify_backup</c>).</summary>
    public NotifyScript? Backup { get; init; }

    /// <summary>When it can take no part any more (<c>notify_fault</c>).</summary>
    public NotifyScript? Fault { get; init; }

    /// <summary>When the director stops (<c>notify_stop</c>).</summary>
    public NotifyScript? Stop { get; init; }

    /// <summary>When a reload takes the instance away (<c>notify_deleted</c>).</summary>
    public NotifyScript? Deleted { get; init; }

    /// <summary>
    /// After each of the above (<c>notify</c>), with four further parameters: <c>INSTANCE</c>, the instance's name, the state and the priority.
    /// </summary>
    public NotifyScript? Any { get; init; }

    /// <summary>When it hears a lower priority as master (<c>notify_master_rx_lower_pri</c>).</summary>
    public NotifyScript? MasterHearsLowerPriority { get; init; }
}
