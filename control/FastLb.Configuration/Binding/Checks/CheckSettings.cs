using FastLb.Configuration.Binding.Servers;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>What every check that probes may say of itself, with what it leaves open taken from its surroundings.</summary>
internal sealed class CheckSettings
{
    private readonly ProbeSettings _probes;

    /// <param name="statements">What the check's block holds; other keywords are passed over.</param>
    /// <param name="surroundings">What the real server hands down.</param>
    public CheckSettings(IEnumerable<CheckedStatement> statements, CheckSurroundings surroundings)
    {
        var own = new ProbeSettings();
        LogAllFailures = surroundings.LogAllFailures;
        Endpoint = new CheckEndpoint(surroundings.Address, surroundings.Port) { ConnectTimeout = surroundings.Probes.ConnectTimeout ?? ProbeSettings.DefaultConnectTimeout };
        foreach (CheckedStatement statement in statements)
        {
            own = own.With(statement);
            Endpoint = Apply(Endpoint, statement);
            if (statement.Name == "log_all_failures") LogAllFailures = statement.Switch(0);
        }

        _probes = own.Within(surroundings.Probes);
    }

    /// <summary>What is sent to, and from where.</summary>
    public CheckEndpoint Endpoint { get; }

    public bool Alpha => _probes.Alpha ?? false;

    public bool LogAllFailures { get; }

    /// <summary>The timing of checks with the usual defaults: one retry after a second.</summary>
    public ProbeTiming UsualTiming => Timing(1, TimeSpan.FromSeconds(1));

    /// <summary>The timing of checks with defaults of their own.</summary>
    /// <param name="retries">How often it tries again.</param>
    /// <param name="delayBeforeRetry">From a failed attempt to the next; null for the period.</param>
    public ProbeTiming Timing(uint retries, TimeSpan? delayBeforeRetry) => _probes.Resolve(retries, delayBeforeRetry);

    /// <summary>This endpoint after <paramref name="statement"/>, which may be none of its own.</summary>
    public static CheckEndpoint Apply(CheckEndpoint endpoint, CheckedStatement statement) => statement.Name switch
    {
        "connect_ip" => endpoint with { Address = statement.Address(0) },
        "connect_port" => endpoint with { Port = (ushort)statement.Integer(0) },
        "connect_timeout" => endpoint with { ConnectTimeout = statement.Time(0) },
        "bindto" => endpoint with { SourceAddress = statement.Address(0) },
        "bind_if" => endpoint with { SourceInterface = statement.Text(0) },
        "bind_port" => endpoint with { SourcePort = (ushort)statement.Integer(0) },
        "fwmark" => endpoint with { FirewallMark = (uint)statement.Integer(0) },
        _ => endpoint,
    };
}
