using System.Text.Json;
using System.Text.Json.Serialization;
using FastLb.Runtime;
using FastLb.VrrpChannel;

namespace FastLb.VrrpHost;

/// <summary>
/// Which instances are master, written down at each transition for a process that is started again after this one was killed. One thread at a time.
/// </summary>
internal sealed class RouterStateFile(string file)
{
    private readonly HashSet<string> _masters = new(StringComparer.Ordinal);

    /// <summary>
    /// The instances that were master when the process before this one ended; none when that is not known. They are masters in the file until something else is
    /// written of them.
    /// </summary>
    public IReadOnlySet<string> ReadMasters()
    {
        try
        {
            _masters.UnionWith(JsonSerializer.Deserialize(File.ReadAllBytes(file), RouterStateJson.Default.IReadOnlyListString) ?? []);
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            _masters.Clear();
        }

        return _masters.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Writes down that an instance is in this state.</summary>
    public void Write(string instance, VrrpState state)
    {
        if (state == VrrpState.Master ? _masters.Add(instance) : _masters.Remove(instance))
            RuntimeDirectory.Replace(file, JsonSerializer.SerializeToUtf8Bytes([.. _masters], RouterStateJson.Default.IReadOnlyListString));
    }
}

[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class RouterStateJson : JsonSerializerContext;
