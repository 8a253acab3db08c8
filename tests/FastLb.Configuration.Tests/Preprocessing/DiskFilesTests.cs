using FastLb.Configuration.Preprocessing;
using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

public sealed class DiskFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastlb-include-");

    public DiskFilesTests()
    {
        _folder.CreateSubdirectory("conf.d");
        Write("main.conf", "include conf.d/*.conf\ninclude conf.d\n");
        Write("conf.d/b.conf", "global_defs {\n router_id ${_INSTANCE}\n");
        Write("conf.d/c.conf", "}\n");
        Write("conf.d/a.txt", "frob");
    }

    private string Main => Path.Combine(_folder.FullName, "main.conf");

    [Fact]
    public void Included_files_are_found_beside_the_main_one_wherever_the_process_works()
    {
        ConfigurationResult result = ConfigurationLoader.Load(Main, new Surroundings { ConfigurationId = "lb1", WorkingDirectory = "/", Files = new DiskFiles() });
        Assert.Equal("lb1", result.Configuration!.Global.RouterId);
        Assert.Equal(["FLB1604"], result.Diagnostics.Select(d => d.Code));
        Assert.Equal(["main.conf", "b.conf", "c.conf"], result.Source.All.Select(file => Path.GetFileName(file.FileName)));
    }

    [Fact]
    public void Record_reads_the_same_after_the_files_have_changed()
    {
        ConfigurationResult first = ConfigurationLoader.Load(Main, new Surroundings { Files = new DiskFiles() });
        Write("conf.d/a.conf", "frob\n");
        Write("conf.d/b.conf", "}");
        ConfigurationResult again = ConfigurationLoader.Load(ReadingRecord.FromJson(first.Reading.ToJson())!);
        Assert.Equal(first.Configuration, again.Configuration);
        Assert.Equal(first.Diagnostics, again.Diagnostics);
    }

    [Fact]
    public void Faults_are_answers()
    {
        var files = new DiskFiles();
        Assert.Equal(FileFault.Missing, files.Read(Path.Combine(_folder.FullName, "none")).Fault);
        Assert.Equal(FileFault.IsDirectory, files.Read(_folder.FullName).Fault);
        Assert.Equal(FileFault.Unreadable, files.Read("/dev/zero").Fault);
        Assert.Null(files.List(Main));
        Assert.Null(files.List(Path.Combine(_folder.FullName, "none")));
        Assert.Equal(["conf.d", "main.conf"], files.List(_folder.FullName)!.Order(StringComparer.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);
}
