using FastLb.Configuration;
using FastLb.Configuration.Model;

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
        ConfigurationResult result = ConfigurationLoader.Parse(snapshot.Text, snapshot.Path);
        return result.CanRun
            ? new RunningConfiguration(result.Configuration!, snapshot.Path, snapshot.Number)
            : throw new DirectorException($"the snapshot of {snapshot.Path} can't be run; 'fastlb check' tells why");
    }
}
