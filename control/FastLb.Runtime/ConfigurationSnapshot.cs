using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastLb.Runtime;

/// <summary>
/// What a director runs on, taken once by the supervisor: a process that is started again must not take up a file that has been edited since, nor another file,
/// name or number where the configuration asks its surroundings for one.
/// </summary>
/// <param name="Path">Where the main file lies, which messages name.</param>
/// <param name="Reading">
/// All that was read, as <c>FastLb.Configuration</c> records it: the main file, those it includes, and what else it asked for. May hold passwords: the snapshot is readable
/// by its owner alone, as the directory it lies in.
/// </param>
public sealed record ConfigurationSnapshot(string Path, string Reading)
{
    /// <summary>Counts the configurations that a director has worked by, from 1.</summary>
    public long Number { get; init; } = 1;

    /// <summary>Writes it down for the other processes.</summary>
    public void Write(RuntimeDirectory directory) =>
        RuntimeDirectory.Replace(directory.SnapshotFile, JsonSerializer.SerializeToUtf8Bytes(this, ConfigurationSnapshotJson.Default.ConfigurationSnapshot));

    /// <summary>Reads what the supervisor wrote.</summary>
    /// <exception cref="DirectorException">It is not there, or not what a supervisor of this version writes.</exception>
    public static ConfigurationSnapshot Read(RuntimeDirectory directory)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(directory.SnapshotFile), ConfigurationSnapshotJson.Default.ConfigurationSnapshot)
                ?? throw new DirectorException($"{directory.SnapshotFile} is empty");
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            throw new DirectorException($"{directory.SnapshotFile} can't be read: {fault.Message}; start the director with 'fastlb run'", fault);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ConfigurationSnapshot))]
internal sealed partial class ConfigurationSnapshotJson : JsonSerializerContext;
