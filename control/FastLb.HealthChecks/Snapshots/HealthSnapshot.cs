using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastLb.HealthChecks.Snapshots;

/// <summary>
/// What a restarted control must know so that dead servers stay out: the state of all checks, by what identifies them and not by their place in the file.
/// Addresses are text here, so that one that can't be read costs its own entry alone.
/// </summary>
/// <param name="Version">Of this format: <see cref="CurrentVersion"/>.</param>
/// <param name="Services">In any order.</param>
public sealed record HealthSnapshot(int Version, IReadOnlyList<ServiceSnapshot> Services)
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>As UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, HealthSnapshotJson.Default.HealthSnapshot);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">UTF-8; anything.</param>
    /// <param name="fault">Why it can't be read, as a phrase for the log; null when it can.</param>
    /// <returns>Null when it can't be read.</returns>
    public static HealthSnapshot? Read(ReadOnlySpan<byte> json, out string? fault)
    {
        try
        {
            HealthSnapshot? snapshot = JsonSerializer.Deserialize(json, HealthSnapshotJson.Default.HealthSnapshot);
            fault = snapshot is null ? "it is null" : null;
            return snapshot;
        }
        catch (JsonException damage)
        {
            fault = damage.Message;
            return null;
        }
    }
}

/// <summary>A service.</summary>
/// <param name="Address">Of the service.</param>
/// <param name="Protocol"><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</param>
/// <param name="Port">Of the service.</param>
/// <param name="HasQuorum">Whether it counted as up: within the hysteresis its servers don't tell.</param>
/// <param name="Since">Since when; null when from the start.</param>
/// <param name="Servers">Its real servers.</param>
public sealed record ServiceSnapshot(
    string Address, string Protocol, ushort Port, bool HasQuorum, DateTimeOffset? Since, IReadOnlyList<ServerSnapshot> Servers);

/// <summary>A real server.</summary>
/// <param name="Address">Of the server.</param>
/// <param name="Port">Of the server.</param>
/// <param name="IsUp">Whether it passed all its checks.</param>
/// <param name="Since">Since when it has been up or down; null when from the start.</param>
/// <param name="Checks">Its checks.</param>
public sealed record ServerSnapshot(string Address, ushort Port, bool IsUp, DateTimeOffset? Since, IReadOnlyList<CheckSnapshot> Checks)
{
    /// <summary>When it went down, the oldest first, as far as <c>flap_damping</c> may count it; null for never.</summary>
    public IReadOnlyList<DateTimeOffset>? Falls { get; init; }
}

/// <summary>A check.</summary>
/// <param name="Kind">As <see cref="CheckIdentity.Kind"/>.</param>
/// <param name="Target">As <see cref="CheckIdentity.Target"/>.</param>
/// <param name="Ordinal">As <see cref="CheckIdentity.Ordinal"/>.</param>
/// <param name="IsUp">As <see cref="Checkers.CheckerState.IsUp"/>.</param>
/// <param name="HasRun">As <see cref="Checkers.CheckerState.HasRun"/>.</param>
/// <param name="Failures">As <see cref="Checkers.CheckerState.Failures"/>.</param>
/// <param name="LastFailure">What went wrong last; null when nothing has.</param>
/// <param name="LastFailureAt">When.</param>
/// <param name="Weight">The server's weight as the check has set it last (<c>misc_dynamic</c>); null when it has not.</param>
public sealed record CheckSnapshot(
    string Kind, string Target, int Ordinal, bool IsUp, bool HasRun, uint Failures, string? LastFailure, DateTimeOffset? LastFailureAt, int? Weight = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HealthSnapshot))]
internal sealed partial class HealthSnapshotJson : JsonSerializerContext;
