using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Checkers;
using FastLb.Runtime.TrackedFiles;
using Microsoft.Extensions.Logging;

namespace FastLb.HealthChecks.Monitoring;

/// <summary>The files that <c>FILE_CHECK</c>s follow: read when they are needed first, so that servers begin as their files say, and watched after that. Any thread.</summary>
internal sealed class FollowedFiles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (TrackedFile File, int Value)> _files = new(StringComparer.Ordinal);
    private readonly ILogger _log;

    /// <summary>Writes first values into files, and reads them.</summary>
    /// <param name="services">Whose servers' checks follow them.</param>
    /// <param name="files">All <c>track_file</c>s of the configuration.</param>
    /// <param name="isStart">True at a director's start, false for a successor.</param>
    /// <param name="log">For what can't be read.</param>
    public FollowedFiles(IReadOnlyList<VirtualServer> services, IReadOnlyList<TrackedFile> files, bool isStart, ILogger log)
    {
        _log = log;
        HashSet<string> followed = [.. services.SelectMany(service => service.RealServers).SelectMany(server => server.Checks).OfType<FileCheck>().Select(check => check.File)];
        foreach (TrackedFile file in files.Where(file => followed.Contains(file.Name)))
        {
            TrackedFileValue.Initialise(file, isStart, log);
            _files[file.Name] = (file, TrackedFileValue.Read(file, 0, log));
        }
    }

    /// <summary>What a check finds now.</summary>
    public ProbeResult Judge(FileCheck check)
    {
        (TrackedFile file, int value) = Find(check.File);
        return FileRule.Judge(check, file, value);
    }

    /// <summary>Watches the files until the result is disposed.</summary>
    /// <param name="changed">Called with the name of each file that says something else; from a thread of its own, and before this returns for those that have changed meanwhile.</param>
    /// <returns>Null when there are no files.</returns>
    public IDisposable? Watch(Action<string> changed)
    {
        if (_files.Count == 0)
            return null;
        TrackedFile[] files = [.. _files.Values.Select(pair => pair.File)];
        var loop = new TrackedFileLoop(files, (file, value) => Set(file, value, changed), _log);
        int[] values = loop.Begin(file => Find(file.Name).Value);
        foreach ((TrackedFile file, int value) in files.Zip(values))
            Set(file, value, changed);
        return loop;
    }

    private (TrackedFile File, int Value) Find(string name)
    {
        lock (_gate)
            return _files[name];
    }

    private void Set(TrackedFile file, int value, Action<string> changed)
    {
        lock (_gate)
        {
            if (_files[file.Name].Value == value)
                return;
            _files[file.Name] = (file, value);
        }

        changed(file.Name);
    }
}
