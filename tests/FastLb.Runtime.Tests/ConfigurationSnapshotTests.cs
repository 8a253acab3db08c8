namespace FastLb.Runtime.Tests;

public sealed class ConfigurationSnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RuntimeDirectory _directory;

    public ConfigurationSnapshotTests()
    {
        _directory = new RuntimeDirectory(_folder.File("run"));
        _directory.Create();
    }

    [Theory]
    [InlineData("")]
    [InlineData("vrrp_instance VI_1 {\n  auth_pass \"pä\\ss\"\n}\n")]
    [InlineData("# 注释\r\n\tindented\u0000")]
    public void What_was_read_comes_back_as_they_were(string text)
    {
        var snapshot = new ConfigurationSnapshot("/etc/keepalived/keepalived.conf", text);

        snapshot.Write(_directory);

        Assert.Equal(snapshot, ConfigurationSnapshot.Read(_directory));
    }

    [Fact]
    public void Only_the_owner_can_read_it()
    {
        new ConfigurationSnapshot("a.conf", "auth_pass secret").Write(_directory);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory.SnapshotFile));
    }

    [Fact]
    public void Later_one_replaces_the_earlier()
    {
        new ConfigurationSnapshot("a.conf", "a longer text").Write(_directory);
        new ConfigurationSnapshot("b.conf", "text").Write(_directory);

        Assert.Equal(new ConfigurationSnapshot("b.conf", "text"), ConfigurationSnapshot.Read(_directory));
    }

    [Fact]
    public void Missing_file_is_explained()
    {
        DirectorException fault = Assert.Throws<DirectorException>(() => ConfigurationSnapshot.Read(_directory));

        Assert.Contains(_directory.SnapshotFile, fault.Message, StringComparison.Ordinal);
        Assert.Contains("fastlb run", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"path\":\"a.conf\"}")]
    [InlineData("{\"path\":null,\"reading\":null}")]
    [InlineData("{\"path\":\"a.conf\",\"reading\":\"vrrp_inst")]
    [InlineData("[1]")]
    public void Damaged_file_is_explained(string content)
    {
        File.WriteAllText(_directory.SnapshotFile, content);

        DirectorException fault = Assert.Throws<DirectorException>(() => ConfigurationSnapshot.Read(_directory));

        Assert.Contains(_directory.SnapshotFile, fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
