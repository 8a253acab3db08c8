using System.Globalization;
using FastLb.Configuration.Model;
using FastLb.HealthChecks.Events;
using FastLb.HealthChecks.Snapshots;

namespace FastLb.HealthChecks.Tests.Scripts;

/// <summary>A director's health under a stepped clock, with scripted probes.</summary>
internal sealed class HealthRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ScriptedProbe> _probes = [];
    private string[] _scripts = [];
    private Task _running = Task.CompletedTask;

    /// <param name="services">As configured.</param>
    /// <param name="restored">What an earlier process knew.</param>
    /// <param name="sink">Keeps the state.</param>
    /// <param name="files">What checks can follow.</param>
    public HealthRun(VirtualServer[] services, HealthSnapshot? restored = null, IHealthSnapshotSink? sink = null, params TrackedFile[] files)
        : this(services, new RecoverySettings(), restored, sink, files)
    {
    }

    /// <param name="services">As configured.</param>
    /// <param name="recovery">How servers come back.</param>
    /// <param name="restored">What an earlier process knew.</param>
    /// <param name="sink">Keeps the state.</param>
    /// <param name="files">What checks can follow.</param>
    public HealthRun(VirtualServer[] services, RecoverySettings recovery, HealthSnapshot? restored = null, IHealthSnapshotSink? sink = null, params TrackedFile[] files) => Health = new DirectorHealth(
        services,
        new DirectorHealthOptions
        {
            Clock = Clock,
            Random = new Random(1),
            Restored = restored,
            Sink = sink,
            Recovery = recovery,
            TrackedFiles = files,
            CreateProbe = _ =>
            {
                _probes.Add(new ScriptedProbe(Clock, _scripts[_probes.Count]));
                return _probes[^1];
            },
        });

    public SteppedClock Clock { get; } = new();

    public DirectorHealth Health { get; }

    /// <summary>Those of all checks in the order of the configuration; empty before the start.</summary>
    public IReadOnlyList<ScriptedProbe> Probes => _probes;

    /// <summary>Starts the checks, one for each script.</summary>
    public void Start(params string[] scripts)
    {
        _scripts = scripts;
        _running = Health.Run(_stop.Token);
        Assert.Equal(scripts.Length, _probes.Count);
    }

    /// <summary>Lets time pass until so many seconds after the start.</summary>
    public Task To(double seconds) => Clock.Run(CountTimers, TimeSpan.FromSeconds(seconds));

    /// <summary>Lets the next probe happen.</summary>
    public Task Step() => Clock.Step(_probes.Count);

    public DateTimeOffset At(double seconds) => Clock.Start + TimeSpan.FromSeconds(seconds);

    /// <summary>The pool of the first service, as number:weight.</summary>
    public string Members() => string.Join(' ', Health.Pools.Services[0].Members.Select(member => $"{member.Address.GetAddressBytes()[3]}:{member.Weight}"));

    /// <summary>The events since the last call.</summary>
    public List<string> Events()
    {
        List<string> events = [];
        while (Health.Events.TryRead(out HealthEvent? next))
        {
            string seconds = (next.At - Clock.Start).TotalSeconds.ToString(CultureInfo.InvariantCulture);
            events.Add($"{seconds} {next.Kind} {next.Server?.ToString() ?? "-"} {next.Text}");
        }

        return events;
    }

    // One for each check that isn't suspended, and one for the next step in time.
    private int CountTimers() =>
        _probes.Count - Health.ReadStatus().Where(service => service.IsSuspended).Sum(service => service.Servers.Sum(server => server.Checks.Count))
        + (Health.NextStep is null ? 0 : 1);

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stop.Dispose();
        Assert.Equal(0, Clock.Armed);
    }
}
