using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Preprocessing;
using Xunit;

namespace FastLb.Configuration.Tests;

public sealed class ConfigurationLoaderTests
{
    private static readonly Surroundings Disk = new() { Files = new DiskFiles() };

    [Fact]
    public void Missing_file_is_told_and_run_exits_6()
    {
        ConfigurationResult result = ConfigurationLoader.Load("/nonexistent/keepalived.conf", Disk);
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("the configuration cannot be read: there is no such file", diagnostic.Message);
        Assert.Equal((false, 6, 6), (result.CanRun, result.RunExitStatus, result.CheckExitStatus));
        Assert.Null(result.Configuration);
    }

    [Fact]
    public void Directory_is_no_configuration() => Assert.Equal(6, ConfigurationLoader.Load("/", Disk).RunExitStatus);

    [Fact]
    public void File_is_read_as_its_text()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "global_defs {\r\n router_id A\r\n}\r\n");
            ConfigurationResult result = ConfigurationLoader.Load(path, Disk);
            Assert.Empty(result.Diagnostics);
            Assert.Equal("A", result.Configuration!.Global.RouterId);
            Assert.Equal(path, result.Source.Main.FileName);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Empty_text_is_an_empty_configuration()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(string.Empty, "f");
        Assert.Empty(result.Diagnostics);
        Assert.True(result.CanRun);
        Assert.Equal(0, result.CheckExitStatus);
    }

    [Fact]
    public void Missing_parameter_fails_the_check_with_2() =>
        Assert.Equal((2, 2), Statuses("virtual_server 192.0.2.1 80 {\n lb_algo\n}"));

    [Fact]
    public void Notices_leave_the_check_at_0() => Assert.Equal((0, 0), Statuses("global_defs {\n smtp_server 192.0.2.1\n}"));

    [Fact]
    public void Unknown_keyword_fails_the_check_but_not_the_run() => Assert.Equal((5, 0), Statuses("global_defs {\n frob\n}"));

    [Fact]
    public void Block_left_open_fails_the_run() => Assert.Equal((5, 2), Statuses("global_defs {"));

    private static (int Check, int Run) Statuses(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "f");
        return (result.CheckExitStatus, result.RunExitStatus);
    }
}
