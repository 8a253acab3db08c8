namespace FastLb.Configuration.Model;

/// <summary>Where events are written to.</summary>
public sealed record EventPipes
{
    /// <summary>All events (<c>notify_fifo</c>).</summary>
    public EventPipe All { get; init; } = new();

    /// <summary>Those of VRRP (<c>vrrp_notify_fifo</c>).</summary>
    public EventPipe Vrrp { get; init; } = new();

    /// <summary>Those of virtual and real servers (<c>lvs_notify_fifo</c>).</summary>
    public EventPipe Servers { get; init; } = new();

    /// <summary>Whether the states of all instances are written at a reload (<c>fifo_write_vrrp_states_on_reload</c>).</summary>
    public bool RepeatsStatesAtReload { get; init; }

    /// <summary>Whether real servers that are up at the start count as having come up (<c>rs_init_notifies</c>).</summary>
    public bool TellsInitialServers { get; init; }
}

/// <summary>A FIFO that events are written to, and the program that reads them from it.</summary>
public sealed record EventPipe
{
    /// <summary>Its path; null for none.</summary>
    public string? Path { get; init; }

    /// <summary>Who owns it when it has to be made; null for who runs scripts that name nobody.</summary>
    public ScriptUser? Owner { get; init; }

    /// <summary>Started with the path as a further parameter; null for none.</summary>
    public NotifyScript? Reader { get; init; }
}
