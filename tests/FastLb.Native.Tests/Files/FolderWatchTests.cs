using FastLb.Native.Files;

namespace FastLb.Native.Tests.Files;

public sealed class FolderWatchTests : IDisposable
{
    private const int Patience = 30_000; // ms

    private readonly string _folder = Directory.CreateTempSubdirectory("fastlb-").FullName;
    private readonly FolderWatch _watch = FolderWatch.Open();
    private readonly List<(string Folder, string? Name)> _seen = [];

    [Fact]
    public void Files_are_seen_when_closed_moved_and_removed_and_not_while_they_are_written()
    {
        Assert.True(_watch.TryAdd(_folder));
        using (FileStream file = File.Create($"{_folder}/value"))
        {
            file.WriteByte(1);
            file.Flush();
            _watch.Wait(0, Take);
            Assert.Empty(_seen);
        }

        See((_folder, "value"));
        File.Move($"{_folder}/value", $"{_folder}/other");
        See((_folder, "value"), (_folder, "other"));
        File.Delete($"{_folder}/other");
        See((_folder, "other"));
    }

    [Fact]
    public void Folder_that_goes_is_not_watched_any_more_until_it_is_added_again()
    {
        string inner = Directory.CreateDirectory($"{_folder}/inner").FullName;
        Assert.True(_watch.TryAdd(inner));
        Assert.True(_watch.Watches(inner));

        Directory.Delete(inner);
        See((inner, null));
        Assert.False(_watch.Watches(inner));
        Assert.False(_watch.TryAdd(inner));

        Directory.CreateDirectory(inner);
        Assert.True(_watch.TryAdd(inner));
        File.WriteAllText($"{inner}/value", "1");
        See((inner, "value"));
    }

    [Fact]
    public void File_is_no_folder()
    {
        File.WriteAllText($"{_folder}/value", "1");

        Assert.False(_watch.TryAdd($"{_folder}/value"));
    }

    [Fact]
    public void Wait_is_ended_by_a_wake()
    {
        _watch.Wake();
        _watch.Wait(Timeout.Infinite, Take);

        Assert.Empty(_seen);
    }

    public void Dispose()
    {
        _watch.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Take(string folder, string? name) => _seen.Add((folder, name));

    private void See(params (string, string?)[] expected)
    {
        while (_seen.Count < expected.Length)
        {
            int before = _seen.Count;
            _watch.Wait(Patience, Take);
            Assert.True(_seen.Count > before, string.Join(' ', _seen));
        }

        Assert.Equal(expected, _seen);
        _seen.Clear();
    }
}
