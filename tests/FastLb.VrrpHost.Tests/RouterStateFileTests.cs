using FastLb.Runtime.Tests;
using FastLb.VrrpChannel;

namespace FastLb.VrrpHost.Tests;

public sealed class RouterStateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("vrrp-state.json");

    [Fact]
    public void Masters_are_known_to_the_next_process()
    {
        var file = new RouterStateFile(Path);
        file.Write("VI_1", VrrpState.Master);
        file.Write("VI_2", VrrpState.Backup);
        file.Write("VI_3", VrrpState.Master);

        Assert.Equal(["VI_1", "VI_3"], new RouterStateFile(Path).ReadMasters().Order());
    }

    [Theory]
    [InlineData(VrrpState.Backup)]
    [InlineData(VrrpState.Fault)]
    [InlineData(VrrpState.Init)]
    public void Instance_that_is_master_no_more_is_taken_out(VrrpState state)
    {
        var file = new RouterStateFile(Path);
        file.Write("VI_1", VrrpState.Master);
        file.Write("VI_2", VrrpState.Master);

        file.Write("VI_1", state);

        Assert.Equal(["VI_2"], new RouterStateFile(Path).ReadMasters());
    }

    [Fact]
    public void Instance_that_a_successor_did_not_take_up_as_master_is_taken_out()
    {
        new RouterStateFile(Path).Write("VI_1", VrrpState.Master);
        var successor = new RouterStateFile(Path);
        successor.ReadMasters();

        successor.Write("VI_1", VrrpState.Backup);

        Assert.Empty(new RouterStateFile(Path).ReadMasters());
    }

    [Fact]
    public void Instances_that_a_successor_has_not_come_to_yet_are_kept()
    {
        var first = new RouterStateFile(Path);
        first.Write("VI_1", VrrpState.Master);
        first.Write("VI_2", VrrpState.Master);
        var successor = new RouterStateFile(Path);
        successor.ReadMasters();

        successor.Write("VI_1", VrrpState.Backup);

        Assert.Equal(["VI_2"], new RouterStateFile(Path).ReadMasters());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[\"VI_1\"")]
    public void Nobody_was_master_when_nothing_can_be_read(string? content)
    {
        if (content is not null)
            File.WriteAllText(Path, content);

        Assert.Empty(new RouterStateFile(Path).ReadMasters());
    }

    public void Dispose() => _folder.Dispose();
}
