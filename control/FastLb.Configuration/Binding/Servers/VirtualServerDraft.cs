using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>What the statements of <c>virtual_server</c> said, before defaults and contradictions are resolved.</summary>
internal sealed class VirtualServerDraft
{
    public TransportProtocol? Protocol { get; set; }

    public Scheduler? Scheduler { get; set; }

    public bool HashesPort { get; set; }

    public bool FallsBack { get; set; }

    public bool HasThirdFlag { get; set; }

    public bool IsHashed { get; set; }

    public CheckedStatement? OnePacket { get; set; }

    public Forwarding? Forwarding { get; set; }

    public CheckedStatement? Family { get; set; }

    public TimeSpan? Persistence { get; set; }

    public CheckedStatement? Granularity { get; set; }

    public string? PersistenceEngine { get; set; }

    public int Weight { get; set; } = 1;

    public bool InhibitOnFailure { get; set; }

    public bool Omega { get; set; }

    public bool SuspendsChecks { get; set; }

    public CheckedStatement? Quorum { get; set; }

    public CheckedStatement? Hysteresis { get; set; }

    public NotifyScript? QuorumUp { get; set; }

    public NotifyScript? QuorumDown { get; set; }

    public string? VirtualHost { get; set; }

    public bool? SendsMail { get; set; }

    public string? SnmpName { get; set; }

    public CheckedStatement? SorryServer { get; set; }

    public Forwarding? SorryForwarding { get; set; }

    public bool SorryInhibit { get; set; }

    public ProbeSettings Probes { get; set; } = new();

    public List<CheckedStatement> RealServers { get; } = [];
}
