using FastLb.HealthChecks.Checkers;

namespace FastLb.HealthChecks.Monitoring;

/// <summary>Keeps probes from being made for a while. All members are safe on any thread.</summary>
internal sealed class ProbeGate
{
    private volatile TaskCompletionSource _open = Opened();

    /// <summary>Whether probes are made.</summary>
    public bool IsOpen => _open.Task.IsCompleted;

    /// <summary>Lets probes be made, those that wait at once, or not; a probe that is under way is finished.</summary>
    /// <returns>Whether that changes anything.</returns>
    public bool Set(bool open)
    {
        if (open == IsOpen)
            return false;
        if (open)
            _open.SetResult();
        else
            _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return true;
    }

    /// <summary>The probe behind the gate.</summary>
    public IHealthProbe Guard(IHealthProbe probe) => new GuardedProbe(this, probe);

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    private sealed class GuardedProbe(ProbeGate gate, IHealthProbe probe) : IHealthProbe
    {
        public async ValueTask<ProbeResult> Probe(CancellationToken cancellation)
        {
            await gate._open.Task.WaitAsync(cancellation);
            return await probe.Probe(cancellation);
        }
    }
}
