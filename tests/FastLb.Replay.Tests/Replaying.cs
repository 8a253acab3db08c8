using System.Net.NetworkInformation;
using FastLb.Configuration;
using FastLb.Configuration.Model;
using FastLb.Replay.Captures;
using FastLb.Replay.Explanations;
using FastLb.Runtime.Tests;

namespace FastLb.Replay.Tests;

/// <summary>Plays captures from a folder of their own.</summary>
internal sealed class Replaying : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public List<string> Lines { get; } = [];

    public static DirectorConfiguration Configuration(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "test.conf");
        Assert.True(result.CanRun, string.Join('\n', result.Diagnostics.Select(fault => fault.Message)));
        return result.Configuration!;
    }

    public static ReplayOptions OptionsOf(Scenario scenario) => new(Configuration(scenario.Configuration))
    {
        LocalAddress = Scenarios.Local,
        FlowCapacity = scenario.FlowCapacity,
    };

    public static PhysicalAddress Mac(string text) => PhysicalAddress.Parse(text);

    public string Write(byte[] capture, string name = "in.pcap")
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, capture);
        return path;
    }

    /// <summary>Plays a capture; its explanation is in <see cref="Lines"/> then.</summary>
    public ReplayReport Play(byte[] capture, ReplayOptions options) => Run(capture, options).Report;

    public (ReplayReport Report, string? Damage) Run(byte[] capture, ReplayOptions options)
    {
        Lines.Clear();
        CaptureReplay replay = CaptureReplay.Open(Write(capture), options, frame => Lines.Add(ExplanationLine.Of(frame)));
        return (replay.Run(null), replay.Damage?.Message);
    }

    /// <summary>Plays a capture and reads what was written of it.</summary>
    public byte[] PlayInto(string name, byte[] capture, ReplayOptions options)
    {
        string path = Path.Combine(_folder.Path, name);
        using (CaptureWriter writer = CaptureWriter.Create(path))
            CaptureReplay.Open(Write(capture), options, null).Run(writer);
        return File.ReadAllBytes(path);
    }

    public string PathOf(string name) => Path.Combine(_folder.Path, name);

    public void Dispose() => _folder.Dispose();
}
