using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// All that reading a configuration has asked of its surroundings, with the answers: whoever reads it again with these gets the same, whatever has become of the
/// files since. May hold passwords.
/// </summary>
/// <param name="File">The main file's name as the user gave it.</param>
/// <param name="ConfigurationId">See <see cref="Surroundings.ConfigurationId"/>.</param>
/// <param name="WorkingDirectory">See <see cref="Surroundings.WorkingDirectory"/>.</param>
/// <param name="RandomSeed">See <see cref="Surroundings.RandomSeed"/>.</param>
/// <param name="Files">The files that were asked for, by path.</param>
/// <param name="Directories">The folders that were listed, by path; null for one that could not be.</param>
/// <param name="Variables">The variables of the environment that were asked for; null for one that was not set.</param>
public sealed record ReadingRecord(
    string File,
    string ConfigurationId,
    string WorkingDirectory,
    int RandomSeed,
    IReadOnlyDictionary<string, FileContent> Files,
    IReadOnlyDictionary<string, IReadOnlyList<string>?> Directories,
    IReadOnlyDictionary<string, string?> Variables)
{
    /// <summary>See <see cref="Surroundings.DemandsAllIncludes"/>.</summary>
    public bool DemandsAllIncludes { get; init; }

    /// <summary>The surroundings as they were; what was not asked for is not there.</summary>
    public Surroundings ToSurroundings() => new()
    {
        ConfigurationId = ConfigurationId,
        WorkingDirectory = WorkingDirectory,
        RandomSeed = RandomSeed,
        DemandsAllIncludes = DemandsAllIncludes,
        Variable = name => Variables.GetValueOrDefault(name),
        Files = new RecordedFiles(this),
    };

    /// <summary>The record as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReadingRecordJson.Default.ReadingRecord);

    /// <summary>Reads what <see cref="ToJson"/> wrote; null when <paramref name="json"/> is anything else.</summary>
    public static ReadingRecord? FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ReadingRecordJson.Default.ReadingRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class RecordedFiles(ReadingRecord record) : IFileSource
    {
        public FileContent Read(string path) =>
            record.Files.GetValueOrDefault(path) ?? new FileContent(null, FileFault.Missing, "there is no such file");

        public IReadOnlyList<string>? List(string directory) => record.Directories.GetValueOrDefault(directory);
    }
}

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReadingRecord))]
internal sealed partial class ReadingRecordJson : JsonSerializerContext;
