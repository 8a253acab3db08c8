using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>
/// Probe settings of one level: a virtual server, a real server or a checker; null where nothing was set. What a level leaves open comes
/// from the level above.
/// </summary>
internal sealed record ProbeSettings
{
    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromSeconds(60);
    internal static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(5);

    public TimeSpan? Period { get; init; }

    public TimeSpan? ConnectTimeout { get; init; }

    public uint? Retries { get; init; }

    public TimeSpan? DelayBeforeRetry { get; init; }

    public TimeSpan? Warmup { get; init; }

    public bool? Alpha { get; init; }

    /// <summary>These settings after <paramref name="statement"/>, which may be none of theirs.</summary>
    public ProbeSettings With(CheckedStatement statement) => statement.Name switch
    {
        "delay_loop" => this with { Period = statement.Time(0) },
        "connect_timeout" => this with { ConnectTimeout = statement.Time(0) },
        "retry" or "nb_get_retry" => this with { Retries = (uint)statement.Integer(0) },
        "delay_before_retry" => this with { DelayBeforeRetry = statement.Time(0) },
        "warmup" => this with { Warmup = statement.Time(0) },
        "alpha" => this with { Alpha = statement.Switch(0) },
        _ => this,
    };

    /// <summary>These settings, with what they leave open taken from <paramref name="outer"/>.</summary>
    public ProbeSettings Within(ProbeSettings outer) => new()
    {
        Period = Period ?? outer.Period,
        ConnectTimeout = ConnectTimeout ?? outer.ConnectTimeout,
        Retries = Retries ?? outer.Retries,
        DelayBeforeRetry = DelayBeforeRetry ?? outer.DelayBeforeRetry,
        Warmup = Warmup ?? outer.Warmup,
        Alpha = Alpha ?? outer.Alpha,
    };

    /// <summary>The timing with nothing left open.</summary>
    /// <param name="defaultRetries">The checker's own default.</param>
    /// <param name="defaultDelayBeforeRetry">The checker's own default; null for the period.</param>
    public ProbeTiming Resolve(uint defaultRetries, TimeSpan? defaultDelayBeforeRetry)
    {
        TimeSpan period = Period ?? DefaultPeriod;
        return new ProbeTiming(period, Retries ?? defaultRetries, DelayBeforeRetry ?? defaultDelayBeforeRetry ?? period, Warmup ?? period);
    }
}
