using System.Runtime.CompilerServices;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Printing;
using Xunit;

namespace FastLb.Configuration.Tests.Conformance;

/// <summary>
/// Every <c>NAME.conf</c> in <c>tests/conformance/keepalived</c>, and what it includes from folders there, with <c>NAME.expected</c>: the diagnostics as a user sees them, the exit
/// statuses and the resolved configuration. To accept a changed outcome, run with FASTLB_ACCEPT_CONFORMANCE=1 and review the difference.
/// </summary>
public sealed class ConformanceCases
{
    private const string AcceptVariable = "FASTLB_ACCEPT_CONFORMANCE";

    /// <summary>The director <c>main</c>, on which the cases lie in the folder <c>/etc/keepalived</c>.</summary>
    private static Surroundings Director => new() { ConfigurationId = "main", WorkingDirectory = "/etc/keepalived", RandomSeed = 1, Files = new CaseFiles(Folder) };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "conformance");

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (string file in Directory.GetFiles(Folder, "*.conf").Order(StringComparer.Ordinal)) names.Add(Path.GetFileNameWithoutExtension(file));
        return names;
    }

    /// <summary>The text of one case.</summary>
    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, $"{name}.conf"));

    [Theory]
    [MemberData(nameof(Names))]
    public void Outcome_is_the_expected_one(string name)
    {
        string actual = Outcome(ConfigurationLoader.Load($"{name}.conf", Director));
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1") File.WriteAllText(Path.Combine(SourceFolder(), $"{name}.expected"), actual);
        string expectedFile = Path.Combine(Folder, $"{name}.expected");
        Assert.True(File.Exists(expectedFile), $"{name}.expected is missing; the outcome was:\n{actual}");
        Assert.Equal(File.ReadAllText(expectedFile), actual);
    }

    private static string Outcome(ConfigurationResult result)
    {
        string diagnostics = DiagnosticRenderer.Render(result.Diagnostics, result.Source);
        string model = result.Configuration is null ? "no configuration\n" : ConfigurationPrinter.Print(result.Configuration);
        return $"{diagnostics}--- check exits {result.CheckExitStatus}, run {(result.CanRun ? "starts" : $"exits {result.RunExitStatus}")}\n{model}";
    }

    private static string SourceFolder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../conformance/keepalived"));

    /// <summary>Files whose relative names start from the folder of the cases; there are no others.</summary>
    private sealed class CaseFiles(string folder) : IFileSource
    {
        private readonly DiskFiles _disk = new();

        public FileContent Read(string path) =>
            Path.IsPathRooted(path) ? new FileContent(null, FileFault.Missing, "there is no such file") : _disk.Read(Path.Combine(folder, path));

        public IReadOnlyList<string>? List(string directory) => Path.IsPathRooted(directory) ? null : _disk.List(Path.Combine(folder, directory));
    }
}
