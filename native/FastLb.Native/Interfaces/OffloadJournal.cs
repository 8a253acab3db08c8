using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastLb.Native.Files;

namespace FastLb.Native.Interfaces;

/// <summary>Receive offloads that are to be on again in the end.</summary>
/// <param name="InterfaceIndex">The interface: an index is never given twice, a name may be.</param>
/// <param name="Interface">Its name when they were switched off, for people.</param>
/// <param name="Offloads">Those that were on.</param>
public sealed record SuspendedOffloads(int InterfaceIndex, string Interface, ReceiveOffloads Offloads);

/// <summary>What has become of an interface's receive offloads.</summary>
/// <param name="Interface">Its present name.</param>
/// <param name="Switched">Those that were switched.</param>
/// <param name="Refused">Those that stay as they were: the driver doesn't let them change.</param>
/// <param name="LeftAlone">Those that somebody else had switched on again meanwhile.</param>
public sealed record OffloadOutcome(string Interface, ReceiveOffloads Switched, ReceiveOffloads Refused, ReceiveOffloads LeftAlone)
{
    /// <summary>What kept all of it from being done; null when nothing did.</summary>
    public SystemCallException? Fault { get; init; }
}

/// <summary>
/// Switches receive offloads off for a time. They outlive the process that does it, so that this is written down in a file before: a process that is started again goes on
/// with the file of the one before, and who comes in the end has them switched on again. What somebody else has switched on after this process had switched it off is
/// left on; that somebody else has switched it off, too, can't be seen, and it is on in the end. One thread at a time.
/// </summary>
public sealed class OffloadJournal
{
    private readonly string _file;
    private readonly Dictionary<int, SuspendedOffloads> _suspended;
    private readonly Dictionary<int, ReceiveOffloads> _switchedHere = [];

    private OffloadJournal(string file, IEnumerable<SuspendedOffloads> suspended, string? damage)
    {
        _file = file;
        _suspended = suspended.ToDictionary(entry => entry.InterfaceIndex);
        Damage = damage;
    }

    /// <summary>What is to be on again.</summary>
    public IReadOnlyCollection<SuspendedOffloads> Suspended => _suspended.Values;

    /// <summary>Why the file of an earlier process couldn't be read, so that its offloads stay off; null when it could, or there was none.</summary>
    public string? Damage { get; }

    /// <summary>Goes on with the journal in <paramref name="file"/>, or begins one.</summary>
    public static OffloadJournal Open(string file)
    {
        try
        {
            IReadOnlyList<SuspendedOffloads> suspended = File.Exists(file)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(file), OffloadJournalJson.Default.IReadOnlyListSuspendedOffloads) ?? []
                : [];
            return new OffloadJournal(file, suspended, damage: null);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            return new OffloadJournal(file, [], fault.Message);
        }
    }

    /// <summary>Switches those off that are on, after they have been written down.</summary>
    /// <exception cref="SystemCallException">There is no such interface, or the kernel refuses; nothing is switched.</exception>
    /// <exception cref="IOException">It can't be written down; nothing is switched.</exception>
    public OffloadOutcome Suspend(int interfaceIndex, string interfaceName)
    {
        EnsureSame(interfaceIndex, interfaceName);
        ReceiveOffloadState state = InterfaceOffloads.Read(interfaceName);
        ReceiveOffloads before = _suspended.GetValueOrDefault(interfaceIndex)?.Offloads ?? ReceiveOffloads.None;
        ReceiveOffloads leftAlone = state.On & _switchedHere.GetValueOrDefault(interfaceIndex);
        ReceiveOffloads mine = state.On & ~state.Fixed & ~leftAlone;
        ReceiveOffloads refused = state.On & state.Fixed;
        if (mine != ReceiveOffloads.None)
        {
            Record(new SuspendedOffloads(interfaceIndex, interfaceName, before | mine));
            ReceiveOffloads still = mine;
            try
            {
                still &= InterfaceOffloads.Switch(interfaceName, mine, on: false).On;
            }
            finally
            {
                if (still != ReceiveOffloads.None)
                    Record(new SuspendedOffloads(interfaceIndex, interfaceName, before | (mine & ~still)));
            }

            mine &= ~still;
            refused |= still;
            _switchedHere[interfaceIndex] = _switchedHere.GetValueOrDefault(interfaceIndex) | mine;
        }

        return new OffloadOutcome(interfaceName, mine, refused, leftAlone);
    }

    /// <summary>Switches on again what was switched off, but for the interfaces that still need it.</summary>
    /// <param name="stillSuspended">Indexes of interfaces that are left as they are.</param>
    /// <returns>What has been done for each of the others; nothing for those that have gone.</returns>
    public IReadOnlyList<OffloadOutcome> Restore(IReadOnlySet<int> stillSuspended)
    {
        var outcomes = new List<OffloadOutcome>();
        foreach (SuspendedOffloads entry in _suspended.Values.Where(entry => !stillSuspended.Contains(entry.InterfaceIndex)).ToList())
        {
            if (Restore(entry) is { } outcome)
                outcomes.Add(outcome);
            Record(entry with { Offloads = ReceiveOffloads.None });
            _switchedHere.Remove(entry.InterfaceIndex);
        }

        return outcomes;
    }

    /// <summary>Switches everything on again that was switched off, and removes the journal.</summary>
    public IReadOnlyList<OffloadOutcome> RestoreAll()
    {
        IReadOnlyList<OffloadOutcome> outcomes = Restore(new HashSet<int>());
        File.Delete(_file);
        return outcomes;
    }

    private static OffloadOutcome? Restore(SuspendedOffloads entry)
    {
        try
        {
            using InterfaceControl control = InterfaceControl.Open();
            if (control.FindName(entry.InterfaceIndex) is not { } name)
                return null;
            ReceiveOffloads already = entry.Offloads & InterfaceOffloads.Read(name).On;
            ReceiveOffloads off = entry.Offloads & ~already;
            ReceiveOffloads switched = off == ReceiveOffloads.None ? off : off & InterfaceOffloads.Switch(name, off, on: true).On;
            return new OffloadOutcome(name, switched, off & ~switched, already);
        }
        catch (SystemCallException fault) when (fault.Errno == Errno.ENODEV)
        {
            return null; // gone just now
        }
        catch (SystemCallException fault)
        {
            return new OffloadOutcome(entry.Interface, ReceiveOffloads.None, entry.Offloads, ReceiveOffloads.None) { Fault = fault };
        }
    }

    // Settings are made by name: of an interface that was made anew under the name of another, whose index is known here, nothing must be changed.
    private static void EnsureSame(int interfaceIndex, string interfaceName)
    {
        using InterfaceControl control = InterfaceControl.Open();
        if (control.FindName(interfaceIndex) == interfaceName)
            return;
        string index = interfaceIndex.ToString(CultureInfo.InvariantCulture);
        throw new SystemCallException("switch receive offloads of", $"{interfaceName} (interface {index})", Errno.ENODEV, InterfaceControl.NoSuchInterface);
    }

    // The file first: what is remembered here must not be more than is written down.
    private void Record(SuspendedOffloads entry)
    {
        IEnumerable<SuspendedOffloads> others = _suspended.Values.Where(other => other.InterfaceIndex != entry.InterfaceIndex);
        SuspendedOffloads[] all = entry.Offloads == ReceiveOffloads.None ? [.. others] : [.. others, entry];
        FileReplacement.Write(_file, JsonSerializer.SerializeToUtf8Bytes(all, OffloadJournalJson.Default.IReadOnlyListSuspendedOffloads));
        _suspended.Remove(entry.InterfaceIndex);
        if (entry.Offloads != ReceiveOffloads.None)
            _suspended.Add(entry.InterfaceIndex, entry);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<SuspendedOffloads>))]
internal sealed partial class OffloadJournalJson : JsonSerializerContext;
