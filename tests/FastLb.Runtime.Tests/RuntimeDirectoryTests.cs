using System.Text;

namespace FastLb.Runtime.Tests;

public sealed class RuntimeDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RuntimeDirectory _directory;

    public RuntimeDirectoryTests() => _directory = new RuntimeDirectory(_folder.File("run"));

    [Fact]
    public void Directory_is_for_its_owner_alone()
    {
        _directory.Create();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.Path));
    }

    [Fact]
    public void Relative_name_is_made_a_full_one() =>
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "run/api.sock"), new RuntimeDirectory("run").ApiSocket);

    [Fact]
    public void Lock_excludes_a_second_director_and_names_the_first()
    {
        using IDisposable hold = _directory.Lock();
        _directory.WritePid(ProcessRole.Supervisor, 4711);

        DirectorException refusal = Assert.Throws<DirectorException>(() => _directory.Lock());

        Assert.Contains("(process 4711)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_directory.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--runtime-dir", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lock_can_be_had_again_after_it_was_given_back()
    {
        _directory.Lock().Dispose();

        _directory.Lock().Dispose();
    }

    [Fact]
    public void Directors_with_different_directories_do_not_exclude_each_other()
    {
        using IDisposable one = _directory.Lock();

        using IDisposable other = new RuntimeDirectory(_folder.File("other")).Lock();
    }

    [Fact]
    public void Clear_removes_all_files_of_a_run_and_the_directory()
    {
        using (_directory.Lock())
            WriteAllFilesOfARun();

        _directory.Clear();

        Assert.False(Directory.Exists(_directory.Path));
    }

    [Fact]
    public void Clear_removes_what_a_write_that_was_cut_off_left()
    {
        _directory.Create();
        foreach (string file in (string[])[_directory.SnapshotFile, _directory.ProcessesFile, _directory.AddressJournal, _directory.StaticJournal, _directory.NeighbourJournal, _directory.OffloadJournal, _directory.HealthFile])
            File.WriteAllText($"{file}.new", "half");

        _directory.Clear();

        Assert.False(Directory.Exists(_directory.Path));
    }

    [Fact]
    public void Clear_leaves_journals_and_files_of_others()
    {
        _directory.Create();
        WriteAllFilesOfARun();
        string foreign = Path.Combine(_directory.Path, "notes.txt");
        string[] kept = [_directory.AddressJournal, _directory.StaticJournal, _directory.NeighbourJournal, _directory.OffloadJournal, foreign];
        foreach (string file in kept)
            File.WriteAllText(file, "kept");

        _directory.Clear();

        Assert.Equal(kept.Order(), Directory.EnumerateFileSystemEntries(_directory.Path).Order());
        Assert.All(kept, file => Assert.Equal("kept", File.ReadAllText(file)));
    }

    [Fact]
    public void ClearRun_leaves_the_lock_held()
    {
        using IDisposable hold = _directory.Lock();
        WriteAllFilesOfARun();

        _directory.ClearRun();

        Assert.Throws<DirectorException>(() => _directory.Lock());
        Assert.Equal([Path.Combine(_directory.Path, "lock")], Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Theory]
    [InlineData("4711\n", 4711)]
    [InlineData("4711", 4711)]
    [InlineData("", null)]
    [InlineData("none\n", null)]
    public void Process_id_is_read_as_it_was_written(string text, int? expected)
    {
        _directory.Create();
        File.WriteAllText(_directory.PidFile(ProcessRole.Vrrp), text);

        Assert.Equal(expected, _directory.ReadPid(ProcessRole.Vrrp));
        Assert.Null(_directory.ReadPid(ProcessRole.Control));
    }

    [Fact]
    public void Each_role_has_files_of_its_own()
    {
        ProcessRole[] roles = Enum.GetValues<ProcessRole>();

        Assert.Equal(2 * roles.Length, roles.SelectMany(role => new[] { _directory.PidFile(role), _directory.NotificationSocket(role) }).Distinct().Count());
        Assert.EndsWith("/dataplane.pid", _directory.PidFile(ProcessRole.Dataplane), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reader_sees_the_old_file_or_the_new_one_and_nothing_between()
    {
        string file = _folder.File("state");
        byte[][] versions = [.. Enumerable.Range(0, 2).Select(i => Encoding.ASCII.GetBytes(new string((char)('a' + i), 1_000_000 + i)))];
        RuntimeDirectory.Replace(file, versions[0]);
        Task writing = Task.Run(() =>
        {
            for (int i = 1; i <= 300; i++)
                RuntimeDirectory.Replace(file, versions[i % 2]);
        });

        int reads = 0;
        while (!writing.IsCompleted || reads == 0)
        {
            byte[] content = File.ReadAllBytes(file);
            int version = content[0] - 'a';
            Assert.True(content.AsSpan().SequenceEqual(versions[version]), $"read {content.Length} octets that were never written");
            reads++;
        }

        await writing;
        Assert.Equal([file], Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void Replaced_files_are_for_their_owner_alone()
    {
        string file = _folder.File("state");
        File.WriteAllText($"{file}.new", "left by a process that was killed");
        File.SetUnixFileMode($"{file}.new", (UnixFileMode)0b110_110_110);

        RuntimeDirectory.Replace(file, [1]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal([1], File.ReadAllBytes(file));
    }

    public void Dispose() => _folder.Dispose();

    private void WriteAllFilesOfARun()
    {
        string[] files =
        [
            _directory.ApiSocket, _directory.DataplaneSocket, _directory.VrrpSocket, _directory.SnapshotFile, _directory.VrrpStateFile, _directory.HealthFile,
            _directory.ProcessesFile, .. Enum.GetValues<ProcessRole>().SelectMany(role => new[] { _directory.PidFile(role), _directory.NotificationSocket(role) }),
        ];
        foreach (string file in files)
            File.WriteAllText(file, "1");
    }
}
