using FastLb.Configuration.Model;
using FastLb.Native.Files;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime.TrackedFiles;

/// <summary>
/// Reads tracked files again whenever one has been written and closed, put in place or taken away, on a thread of its own. A link is watched where it is and
/// where it leads to at the start. A folder that isn't there is looked for each second.
/// </summary>
public sealed class TrackedFileLoop : IDisposable
{
    private const int RetryMilliseconds = 1000;

    private readonly Dictionary<(string Folder, string Name), List<TrackedFile>> _places = [];
    private readonly Dictionary<string, int> _values = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<TrackedFile> _files;
    private readonly Action<TrackedFile, int> _changed;
    private readonly ILogger _log;
    private readonly FolderWatch _watch = FolderWatch.Open();
    private readonly Thread _thread;
    private volatile bool _ending;

    /// <summary>Begins to watch; <see cref="Begin"/> reads.</summary>
    /// <param name="files">Which ones.</param>
    /// <param name="changed">Called by the thread for each change.</param>
    /// <param name="log">For what can't be watched.</param>
    public TrackedFileLoop(IReadOnlyList<TrackedFile> files, Action<TrackedFile, int> changed, ILogger log)
    {
        _files = files;
        _changed = changed;
        _log = log;
        _thread = new Thread(Run) { Name = "tracked files", IsBackground = true };
        foreach (TrackedFile file in files)
        {
            string path = Path.GetFullPath(file.Path);
            Place(file, path);
            if (FindTarget(path) is { } target)
                Place(file, target);
        }

        foreach (string folder in Folders.Where(folder => !_watch.TryAdd(folder)))
            _log.LogError("the folder {Folder} of a tracked file can't be watched; the file counts as 0 until it can", folder);
    }

    private IEnumerable<string> Folders => _places.Keys.Select(place => place.Folder).Distinct(StringComparer.Ordinal).ToArray();

    /// <summary>Reads all files, which are in the order of the definitions, and goes on with changes.</summary>
    /// <param name="before">What each said before, for numbers that are too large.</param>
    public int[] Begin(Func<TrackedFile, int> before)
    {
        foreach (TrackedFile file in _files)
            _values[file.Name] = TrackedFileValue.Read(file, before(file), _log);
        int[] values = [.. _files.Select(file => _values[file.Name])];
        _thread.Start();
        return values;
    }

    /// <summary>Ends the thread; no change is told of after that.</summary>
    public void Dispose()
    {
        _ending = true;
        _watch.Wake();
        if (_thread.IsAlive)
            _thread.Join();
        _watch.Dispose();
    }

    private void Place(TrackedFile file, string path)
    {
        (string, string) place = (Path.GetDirectoryName(path) ?? "/", Path.GetFileName(path));
        if (!_places.TryGetValue(place, out List<TrackedFile>? files))
            _places[place] = files = [];
        files.Add(file);
    }

    /// <summary>Where the link at a path leads to in the end; null when there is no link, or one that leads in a circle.</summary>
    private string? FindTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget is null ? null : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
        }
        catch (IOException fault)
        {
            _log.LogWarning("where the link {Path} leads to is not watched: {Fault}", path, fault.Message);
            return null;
        }
    }

    private void Run()
    {
        while (!_ending)
        {
            bool lacksFolder = Folders.Any(folder => !_watch.Watches(folder));
            _watch.Wait(lacksFolder ? RetryMilliseconds : Timeout.Infinite, Take);
            foreach (string folder in Folders.Where(folder => !_watch.Watches(folder)))
            {
                if (_watch.TryAdd(folder))
                    Take(folder, null);
            }
        }
    }

    private void Take(string folder, string? name)
    {
        foreach (TrackedFile file in _places.Where(place => place.Key.Folder == folder && (name is null || place.Key.Name == name)).SelectMany(place => place.Value))
        {
            int value = TrackedFileValue.Read(file, _values[file.Name], _log);
            if (value == _values[file.Name] || _ending)
                continue;
            _values[file.Name] = value;
            _changed(file, value);
        }
    }
}
