using System.Text.Json;
using System.Text.Json.Serialization;
using FastLb.Messaging;
using FastLb.Runtime;

namespace FastLb.RealServer.Changes;

/// <summary>What is written down of the changes to a host.</summary>
/// <param name="NetworkNamespace">Where they were made, as <c>/proc/self/ns/net</c> names it.</param>
/// <param name="Changes">In the order in which they were made.</param>
internal sealed record ChangeRecordContent(string NetworkNamespace, IReadOnlyList<Change> Changes);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(ChangeRecordContent))]
internal sealed partial class ChangeRecordJson : JsonSerializerContext;

/// <summary>
/// The changes that <c>fastlb realserver --apply</c> has made on this host, in a file: each is written down before it is made, so that an undo after a crash
/// finds it. Lost with the runtime directory at the next boot, as the changes are. One process at a time.
/// </summary>
internal sealed class ChangeRecord
{
    private const string FileName = "realserver.json";

    private readonly RuntimeDirectory _directory;
    private readonly string _file;
    private readonly string _networkNamespace;
    private readonly List<Change> _changes;

    private ChangeRecord(RuntimeDirectory directory, string file, string networkNamespace, IEnumerable<Change> changes)
    {
        _directory = directory;
        _file = file;
        _networkNamespace = networkNamespace;
        _changes = [.. changes];
    }

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<Change> Changes => _changes;

    /// <summary>Opens the record in a runtime directory; an empty one if there is none yet.</summary>
    /// <param name="directory">Where it is kept.</param>
    /// <param name="networkNamespace">The present one, as <c>/proc/self/ns/net</c> names it.</param>
    /// <exception cref="DirectorException">It can't be read, or is another network namespace's.</exception>
    public static ChangeRecord Open(RuntimeDirectory directory, string networkNamespace)
    {
        string file = Path.Combine(directory.Path, FileName);
        ChangeRecordContent content = Read(file) ?? new ChangeRecordContent(networkNamespace, []);
        return content.NetworkNamespace == networkNamespace
            ? new ChangeRecord(directory, file, networkNamespace, content.Changes)
            : throw new DirectorException(
                $"{file} is the record of another network namespace ({content.NetworkNamespace}, this is {networkNamespace}): give this one a --runtime-dir "
                + "of its own; if that namespace is gone, delete the file");
    }

    /// <summary>Writes a change down before it is made. Of a setting that was changed before, the oldest former value is kept.</summary>
    /// <exception cref="DirectorException">The file can't be written.</exception>
    public void Note(Change change)
    {
        if (change is SettingChange setting && _changes.OfType<SettingChange>().FirstOrDefault(earlier => earlier.Key == setting.Key) is { } before)
            _changes[_changes.IndexOf(before)] = before with { Applied = setting.Applied };
        else if (!_changes.Contains(change))
            _changes.Add(change);
        Write();
    }

    /// <summary>Strikes a change out: it was taken back, or not made after all. The file goes with the last one.</summary>
    /// <exception cref="DirectorException">The file can't be written.</exception>
    public void Forget(Change change)
    {
        _changes.Remove(change);
        if (_changes.Count > 0)
            Write();
        else
            Delete();
    }

    private static ChangeRecordContent? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), ChangeRecordJson.Default.ChangeRecordContent) : null;
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DirectorException($"{file} can't be read: {fault.Message}");
        }
    }

    private void Write()
    {
        try
        {
            _directory.Create();
            RuntimeDirectory.Replace(
                _file, JsonSerializer.SerializeToUtf8Bytes(new ChangeRecordContent(_networkNamespace, _changes), ChangeRecordJson.Default.ChangeRecordContent));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DirectorException($"{_file} can't be written: {fault.Message}; without a record nothing is changed");
        }
    }

    private void Delete()
    {
        try
        {
            File.Delete(_file);
            if (Directory.Exists(_directory.Path) && !Directory.EnumerateFileSystemEntries(_directory.Path).Any())
                Directory.Delete(_directory.Path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DirectorException($"{_file} can't be deleted: {fault.Message}");
        }
    }
}
