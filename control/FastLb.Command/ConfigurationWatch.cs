using FastLb.Configuration.Preprocessing;

namespace FastLb.Command;

/// <summary>
/// Notices that files of a configuration are no longer what was read of them: those that it consists of, those that an include would take up now, and those that were missed. Looks
/// at their times and sizes once a second, which needs no more than a few system calls and works on every file system, and reads them only when those have changed. One that is
/// still being written is waited for.
/// </summary>
/// <param name="files">Where they are read.</param>
/// <param name="clock">The time.</param>
internal sealed class ConfigurationWatch(IFileSource files, TimeProvider clock)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private volatile ReadingRecord? _record;

    /// <summary>What was read last: changes count from here on. Any thread.</summary>
    public void Read(ReadingRecord record) => _record = record;

    /// <summary>Looks until cancelled.</summary>
    /// <param name="changed">Called when there is something new, which has stayed the same from one look to the next.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Follow(Action changed, CancellationToken cancellation)
    {
        ReadingRecord? known = null;
        string seen = string.Empty, told = string.Empty;
        while (true)
        {
            await Task.Delay(Period, clock, cancellation);
            if (_record is not { } record)
                continue;
            bool isNew = record != known;
            known = record;
            string now = LookAt(record);
            bool isStable = now == seen || isNew;
            bool isTold = now == told;
            seen = now;
            if (!isStable || isTold)
                continue;
            told = now;
            if (Differs(record))
                changed();
        }
    }

    private bool Differs(ReadingRecord record) =>
        record.Files.Any(file => files.Read(file.Key).Text != file.Value.Text)
        || record.Directories.Any(directory => !Sorted(files.List(directory.Key)).SequenceEqual(Sorted(directory.Value), StringComparer.Ordinal));

    private static IEnumerable<string> Sorted(IReadOnlyList<string>? names) => (names ?? []).Order(StringComparer.Ordinal);

    private static string LookAt(ReadingRecord record) => string.Join('\n', record.Files.Keys.Concat(record.Directories.Keys).Select(LookAt));

    private static string LookAt(string path)
    {
        try
        {
            var file = new FileInfo(path.Length == 0 ? "." : path);
            return $"{file.LastWriteTimeUtc.Ticks} {(file.Exists ? file.Length : -1)}";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message; // which is a difference, too, when it begins and when it ends; what can't be read is told by the reading
        }
    }
}
