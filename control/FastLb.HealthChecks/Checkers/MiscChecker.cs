using FastLb.Configuration.Model.Checks;
using FastLb.Runtime.Scripts;

namespace FastLb.HealthChecks.Checkers;

/// <summary>
/// Passes when a program exits with 0; with <c>misc_dynamic</c> also with 2 to 255, which sets the server's weight to two less (<c>MISC_CHECK</c>). The period runs from start to start,
/// as in keepalived. A program that is not there, or must not be run, says nothing of the server.
/// </summary>
public sealed class MiscChecker(MiscCheck check, ScriptRun scripts, TimeProvider clock) : IHealthProbe
{
    private const int FirstWeight = 2;

    // A program that a signal has ended has the status 128 and the signal's number. These are the signals of crashes and of who ends programs (signal(7)): to take a crash for a weight would
    // be worse than to lose a few of the highest weights.
    private const int SignalBase = 128;
    private const int Hangup = 1, Interrupt = 2, IllegalInstruction = 4, Abort = 6, BusError = 7, FloatingPoint = 8, Kill = 9, SegmentationFault = 11, Terminate = 15;

    private readonly string _name = string.Join(' ', check.Command.Arguments);

    /// <inheritdoc/>
    public async ValueTask<ProbeResult> Probe(CancellationToken cancellation)
    {
        long began = clock.GetTimestamp();
        ScriptEnd end = await scripts.Run(check.Command, _name, check.Timeout, cancellation);
        return Judge(end) with { Elapsed = clock.GetElapsedTime(began) };
    }

    private ProbeResult Judge(ScriptEnd end)
    {
        if (!end.HasRun)
            return ProbeResult.NotMade(end.Fault!);
        if (end.Fault is null)
            return ProbeResult.Passed;
        return check.SetsWeight && end.Status is >= FirstWeight and { } status && !IsSignal(status)
            ? ProbeResult.Passed with { Weight = new WeightClaim(status - FirstWeight, IsAdded: false) }
            : ProbeResult.Failed(end.Fault);
    }

    private static bool IsSignal(int status) => (status - SignalBase) is Hangup or Interrupt or IllegalInstruction or Abort or BusError or FloatingPoint or Kill or SegmentationFault or Terminate;
}
