namespace FastLb.Replay.Tests;

/// <summary>
/// Small captures with what replay says of them. <c>FASTLB_RECORD=DIRECTORY</c> has them written there anew; what has changed is then to be read before it is committed.
/// </summary>
public sealed class GoldenCaptureTests : IDisposable
{
    private readonly Replaying _replaying = new();

    public static TheoryData<string> Names => [.. Scenarios.All.Select(scenario => scenario.Name)];

    public void Dispose() => _replaying.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_capture_is_explained_as_recorded(string name)
    {
        Scenario scenario = Scenarios.All.Single(candidate => candidate.Name == name);
        byte[] made = CaptureFiles.Pcap(scenario.Frames);
        if (Environment.GetEnvironmentVariable("FASTLB_RECORD") is { } directory)
            Record(directory, scenario, made);
        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", name);

        _replaying.Play(File.ReadAllBytes($"{golden}.pcap"), Replaying.OptionsOf(scenario));

        Assert.Equal(File.ReadAllLines($"{golden}.expected"), _replaying.Lines);
        Assert.Equal(made, File.ReadAllBytes($"{golden}.pcap"));
        Assert.Equal(scenario.Configuration, File.ReadAllText($"{golden}.conf"));
    }

    private void Record(string directory, Scenario scenario, byte[] capture)
    {
        _replaying.Play(capture, Replaying.OptionsOf(scenario));
        foreach (string target in new[] { directory, Path.Combine(AppContext.BaseDirectory, "Golden") })
        {
            Directory.CreateDirectory(target);
            File.WriteAllBytes(Path.Combine(target, $"{scenario.Name}.pcap"), capture);
            File.WriteAllText(Path.Combine(target, $"{scenario.Name}.conf"), scenario.Configuration);
            File.WriteAllLines(Path.Combine(target, $"{scenario.Name}.expected"), _replaying.Lines);
        }
    }
}
