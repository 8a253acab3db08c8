using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.TrackedFiles;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Tracking;

/// <summary>Something that is tracked, and how it stands with it, for display.</summary>
internal sealed record TrackedStatus(TrackerKind Kind, string Name, TrackedState State);

/// <summary>
/// All that instances and sync groups track: watched, and worked out for each instance. Interfaces and BFD sessions are watched by others, who report them. One
/// task at a time starts, reloads and ends it; reports and questions may come from any thread.
/// </summary>
internal sealed class TrackedObjects : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TrackedKey, TrackedState> _states = [];
    private readonly Dictionary<string, InstanceTracking> _instances = new(StringComparer.Ordinal);
    private readonly Action<string, InstanceTracking> _changed;
    private readonly Action<TrackedStatus> _told;
    private readonly ScriptIdentity _identity;
    private readonly TrackedScripts _scripts;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private DirectorConfiguration _configuration;
    private Dictionary<string, TrackerSet> _trackers = new(StringComparer.Ordinal);
    private TrackedFileLoop? _files;
    private ValueList<TrackedFile> _watchedFiles = [];
    private ValueList<TrackedProcess> _countedProcesses = [];
    private CancellationTokenSource? _countingEnd;
    private Task _counting = Task.CompletedTask;

    /// <summary>Begins with everything unknown or down; <see cref="Start"/> looks.</summary>
    /// <param name="configuration">Who tracks what.</param>
    /// <param name="identity">As whom scripts are run.</param>
    /// <param name="changed">
    /// Called with an instance's name whenever something has changed for it after <see cref="Start"/>; from any thread, one call at a time, in the order of the
    /// changes. It must not wait nor call back.
    /// </param>
    /// <param name="told">Called when something that has been known is another than before, in the same way.</param>
    /// <param name="time">For intervals, timeouts and delays.</param>
    /// <param name="log">For what happens.</param>
    public TrackedObjects(DirectorConfiguration configuration, ScriptIdentity identity, Action<string, InstanceTracking> changed, Action<TrackedStatus> told, TimeProvider time, ILogger log)
    {
        _configuration = configuration;
        _identity = identity;
        _changed = changed;
        _told = told;
        _time = time;
        _log = log;
        _scripts = new TrackedScripts(identity, (script, isUp) => Set(new TrackedKey(TrackerKind.Script, script.Name), TrackedState.Of(isUp)), time, log);
    }

    /// <summary>How it stands with all that is tracked. Any thread.</summary>
    public IReadOnlyList<TrackedStatus> Statuses
    {
        get
        {
            lock (_gate)
                return [.. _states.OrderBy(pair => pair.Key.Kind).ThenBy(pair => pair.Key.Name, StringComparer.Ordinal).Select(Status)];
        }
    }

    /// <summary>The interfaces that instances, sync groups and track groups track, each of which is to be reported.</summary>
    public static IReadOnlySet<string> InterfacesOf(DirectorConfiguration configuration) =>
        configuration.VrrpInstances.Select(instance => instance.Trackers).Concat(configuration.SyncGroups.Select(group => group.Trackers))
            .SelectMany(trackers => trackers.Interfaces).Select(tracker => tracker.Name)
            .Concat(configuration.VrrpInstances.SelectMany(instance => TrackGroupInterfaces.Of(instance, configuration))).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Writes first values into files, reads files, counts processes and begins to run scripts. Interfaces should have been reported by then: one that has not
    /// been counts as down, and so does a BFD session. What comes of it is read by <see cref="Of"/>.
    /// </summary>
    public Task Start() => Use(_configuration, isStart: true);

    /// <summary>
    /// Goes on by another configuration, with the states of all things that are defined as before. Instances for which something is different are told of.
    /// </summary>
    public Task Reload(DirectorConfiguration configuration) => Use(configuration, isStart: false);

    /// <summary>What trackers do to an instance now. Any thread.</summary>
    public InstanceTracking Of(string instance)
    {
        lock (_gate)
            return _instances.GetValueOrDefault(instance, InstanceTracking.Nothing);
    }

    /// <summary>Takes the state of an interface, tracked or not. Any thread, at any time, again and again.</summary>
    public void ReportInterface(string name, bool isUp) => Set(new TrackedKey(TrackerKind.Interface, name), TrackedState.Of(isUp));

    /// <summary>Takes the state of a BFD session. Any thread, at any time, again and again.</summary>
    public void ReportBfd(string session, bool isUp) => Set(new TrackedKey(TrackerKind.Bfd, session), TrackedState.Of(isUp));

    /// <summary>Ends all watches and scripts; no change is told of after that.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopCounting();
        _files?.Dispose();
        await _scripts.DisposeAsync();
    }

    private static TrackedStatus Status(KeyValuePair<TrackedKey, TrackedState> pair) => new(pair.Key.Kind, pair.Key.Name, pair.Value);

    private async Task Use(DirectorConfiguration configuration, bool isStart)
    {
        HashSet<TrackedKey> disabled = FindDisabled(configuration);
        Dictionary<string, TrackerSet> trackers = TrackerSet.Of(configuration, disabled);
        HashSet<TrackedKey> used = [.. trackers.Values.SelectMany(set => set.Trackers).Select(tracker => tracker.Key)];
        _configuration = configuration;
        WatchFiles([.. configuration.TrackedFiles.Where(file => used.Contains(new TrackedKey(TrackerKind.File, file.Name)))], isStart);
        await CountProcesses([.. configuration.TrackedProcesses.Where(process => used.Contains(new TrackedKey(TrackerKind.Process, process.Name)))]);
        TrackedScript[] scripts = [.. configuration.TrackedScripts.Where(script => used.Contains(new TrackedKey(TrackerKind.Script, script.Name)))];
        foreach (TrackedScript script in scripts)
            AddScript(script);
        await _scripts.Use(scripts, configuration.Global);
        lock (_gate)
        {
            foreach (TrackedKey key in _states.Keys.Where(key => key.Kind is not (TrackerKind.Interface or TrackerKind.Bfd) && !used.Contains(key)).ToArray())
                _states.Remove(key);
            foreach (TrackedKey key in used)
                _states.TryAdd(key, key.Kind == TrackerKind.Script ? TrackedState.Unknown : TrackedState.Down);
            _trackers = trackers;
            foreach (string gone in _instances.Keys.Where(name => !trackers.ContainsKey(name)).ToArray())
                _instances.Remove(gone);
            foreach (string name in trackers.Keys)
                Compute(name, tells: !isStart);
        }
    }

    /// <summary>Scripts that can't or must not be run: as in keepalived, nobody tracks them. One that becomes so later fails.</summary>
    private HashSet<TrackedKey> FindDisabled(DirectorConfiguration configuration)
    {
        HashSet<TrackedKey> disabled = [];
        foreach (TrackedScript script in configuration.TrackedScripts)
        {
            if (_identity.FindFault(script.Command, configuration.Global) is not { } fault)
                continue;
            string command = script.Command.Arguments[0];
            _log.LogError("{Place}: the script {Script} is not tracked, {Command} can't be run: {Fault}", script.Origin, script.Name, command, fault);
            disabled.Add(new TrackedKey(TrackerKind.Script, script.Name));
        }

        return disabled;
    }

    // One that starts as failed is down before its first run.
    private void AddScript(TrackedScript script)
    {
        lock (_gate)
            _states.TryAdd(new TrackedKey(TrackerKind.Script, script.Name), script.StartsFailed ? TrackedState.Down : TrackedState.Unknown);
    }

    private void WatchFiles(ValueList<TrackedFile> files, bool isStart)
    {
        foreach (TrackedFile file in files)
            TrackedFileValue.Initialise(file, isStart, _log);
        if (_watchedFiles.Equals(files))
            return;
        _files?.Dispose();
        _files = null;
        _watchedFiles = files;
        if (files.Count == 0)
            return;
        _files = new TrackedFileLoop(files, Take, _log);
        int[] values = _files.Begin(file => StateOf(KeyOf(file)).Value);
        for (int i = 0; i < values.Length; i++)
            Set(KeyOf(files[i]), TrackedState.Of(values[i]));

        void Take(TrackedFile file, int value) => Set(KeyOf(file), TrackedState.Of(value));
    }

    private async Task CountProcesses(ValueList<TrackedProcess> processes)
    {
        if (_countedProcesses.Equals(processes))
            return;
        await StopCounting();
        _countedProcesses = processes;
        if (processes.Count == 0)
            return;
        var loop = new TrackedProcessLoop(processes, Take, _time, _log);
        bool[] areUp = loop.Begin();
        for (int i = 0; i < areUp.Length; i++)
            Set(new TrackedKey(TrackerKind.Process, processes[i].Name), TrackedState.Of(areUp[i]));
        _countingEnd = new CancellationTokenSource();
        CancellationToken cancellation = _countingEnd.Token;
        _counting = Task.Run(() => loop.Run(cancellation), CancellationToken.None);

        void Take(TrackedProcess process, bool isUp) => Set(new TrackedKey(TrackerKind.Process, process.Name), TrackedState.Of(isUp));
    }

    private async Task StopCounting()
    {
        if (_countingEnd is null)
            return;
        await _countingEnd.CancelAsync();
        await _counting;
        _countingEnd.Dispose();
        _countingEnd = null;
    }

    private static TrackedKey KeyOf(TrackedFile file) => new(TrackerKind.File, file.Name);

    private TrackedState StateOf(TrackedKey key)
    {
        lock (_gate)
            return _states.GetValueOrDefault(key);
    }

    private void Set(TrackedKey key, TrackedState state)
    {
        lock (_gate)
        {
            bool isKnown = _states.TryGetValue(key, out TrackedState before);
            if (isKnown && before == state)
                return;
            _states[key] = state;
            if (isKnown && before != TrackedState.Unknown)
                _told(new TrackedStatus(key.Kind, key.Name, state));
            foreach ((string name, _) in _trackers.Where(pair => pair.Value.Has(key)))
                Compute(name, tells: true);
        }
    }

    // The gate is held, so that changes are told of in their order.
    private void Compute(string instance, bool tells)
    {
        InstanceTracking now = InstanceTracking.Of(_trackers[instance], key => _states.GetValueOrDefault(key));
        InstanceTracking before = _instances.GetValueOrDefault(instance, InstanceTracking.Nothing);
        _instances[instance] = now;
        if (tells && now != before)
            _changed(instance, now);
    }
}
