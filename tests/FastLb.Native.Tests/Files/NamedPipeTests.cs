using System.Text;
using FastLb.Native.Files;

namespace FastLb.Native.Tests.Files;

public sealed class NamedPipeTests : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("fastlb-").FullName;

    private string PipePath => $"{_folder}/pipe";

    [Fact]
    public void Pipe_is_made_with_mode_and_owner_once()
    {
        using NamedPipe made = NamedPipe.Open(PipePath, Mode, 12, 34);
        using NamedPipe again = NamedPipe.Open(PipePath, UnixFileMode.UserRead, 0, 0);

        Assert.True(made.IsMade);
        Assert.False(again.IsMade);
        Assert.Equal(Mode, File.GetUnixFileMode(PipePath));
        Assert.Equal((12u, 34u), (FileOwner.Of(PipePath), FileOwner.GroupOf(PipePath)));
        Assert.True(FileKind.IsFifo(PipePath));
        Assert.False(FileKind.IsFifo(_folder));
    }

    [Fact]
    public void Writing_never_waits_and_each_write_goes_in_as_a_whole_or_not_at_all()
    {
        using NamedPipe pipe = NamedPipe.Open(PipePath, Mode, 0, 0);
        byte[] line = Encoding.ASCII.GetBytes(new string('x', 999) + "\n");
        int written = 0;
        while (pipe.TryWrite(line))
            Assert.True(++written < 100_000);

        Assert.True(written > 0);
        using var reader = new FileStream(PipePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] read = new byte[written * line.Length];
        reader.ReadExactly(read);
        Assert.All(read.Chunk(line.Length), chunk => Assert.Equal(line, chunk));
        Assert.True(pipe.TryWrite(line));
    }

    [Fact]
    public void Other_file_at_the_path_is_refused_with_advice()
    {
        File.WriteAllText(PipePath, string.Empty);

        SystemCallException refusal = Assert.Throws<SystemCallException>(() => NamedPipe.Open(PipePath, Mode, 0, 0));

        Assert.Equal(Errno.EEXIST, refusal.Errno);
        Assert.Contains("no FIFO", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_that_is_not_there_is_refused()
    {
        SystemCallException refusal = Assert.Throws<SystemCallException>(() => NamedPipe.Open($"{_folder}/none/pipe", Mode, 0, 0));

        Assert.Equal(Errno.ENOENT, refusal.Errno);
    }

    [Fact]
    public void More_than_goes_in_as_a_whole_is_refused()
    {
        using NamedPipe pipe = NamedPipe.Open(PipePath, Mode, 0, 0);

        Assert.Throws<ArgumentOutOfRangeException>(() => pipe.TryWrite(new byte[NamedPipe.LongestWrite + 1]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
