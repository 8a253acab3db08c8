using FastLb.HealthChecks.Checkers;

namespace FastLb.HealthChecks.Tests.Scripts;

/// <summary>A probe whose results are written beforehand; the last goes on for ever.</summary>
/// <param name="clock">Whose time is noted.</param>
/// <param name="script">For each attempt: <c>+</c> passes, <c>-</c> fails, <c>0</c> can't be made, another digit passes with that weight.</param>
internal sealed class ScriptedProbe(SteppedClock clock, string script) : IHealthProbe
{
    /// <summary>When each attempt began, since the clock was made.</summary>
    public List<TimeSpan> Instants { get; } = [];

    /// <summary>How long each attempt takes.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Attempts under way.</summary>
    public int UnderWay { get; private set; }

    public async ValueTask<ProbeResult> Probe(CancellationToken cancellation)
    {
        char result = script[Math.Min(Instants.Count, script.Length - 1)];
        Instants.Add(clock.Elapsed);
        UnderWay++;
        try
        {
            if (Duration > TimeSpan.Zero)
                await Task.Delay(Duration, clock, cancellation);
        }
        finally
        {
            UnderWay--;
        }

        return result switch
        {
            '+' => ProbeResult.Passed,
            '-' => ProbeResult.Failed("connection refused"),
            >= '1' and <= '9' => ProbeResult.Passed with { Weight = new WeightClaim(result - '0', IsAdded: false) },
            '0' => ProbeResult.NotMade("too many open files"),
            _ => throw new InvalidOperationException($"the script says '{result}'"),
        };
    }
}
