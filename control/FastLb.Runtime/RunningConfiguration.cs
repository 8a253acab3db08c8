using FastLb.Configuration;
using FastLb.Configuration.Model;
using FastLb.Configuration.Preprocessing;

namespace FastLb.Runtime;

/// <summary>What a process of a director works by, until it is told to read it again.</summary>
/// <param name="Director">What the director is to do.</param>
/// <param name="Path">Where that was read from.</param>
/// <param name="Number">As <see cref="ConfigurationSnapshot.Number"/>.</param>
public sealed record RunningConfiguration(DirectorConfiguration Director, string Path, long Number)
{
    /// <summary>Reads what the supervisor wrote last.</summary>
    /// <exception cref="DirectorException">It is not there, or can't be run, which the supervisor has seen to that it can.</exception>
    public static RunningConfiguration Read(RuntimeDirectory directory)
    {
        ConfigurationSnapshot snapshot = ConfigurationSnapshot.Read(directory);
        ReadingRecord reading = ReadingRecord.FromJson(snapshot.Reading)
            ?? throw new DirectorException($"the snapshot of {snapshot.Path} is not what a supervisor of this version writes; start the director with 'fastlb run'");
        ConfigurationResult result = ConfigurationLoader.Load(reading);
        return result.CanRun
            ? new RunningConfiguration(result.Configuration!, snapshot.Path, snapshot.Number)
            : throw new DirectorException($"the snapshot of {snapshot.Path} can't be run; 'fastlb check' tells why");
    }
}
