using System.Text.Json.Serialization;

namespace FastLb.Control.Events;

/// <summary>What an event is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EventKind>))]
public enum EventKind
{
    /// <summary>A virtual router went from one state to another.</summary>
    [JsonStringEnumMemberName("vrrp")]
    Vrrp,

    /// <summary>A server failed or came back, a service gained or lost its quorum, a check failed.</summary>
    [JsonStringEnumMemberName("health")]
    Health,

    /// <summary>The way to a server has changed.</summary>
    [JsonStringEnumMemberName("network")]
    Network,

    /// <summary>A process of the director ended or was started.</summary>
    [JsonStringEnumMemberName("process")]
    Process,
}

/// <summary>Something that happened to the director.</summary>
/// <param name="Sequence">Grows by one with each event of one control process.</param>
/// <param name="Time">When control learnt of it.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Subject">Which one: an instance, a server, a process.</param>
/// <param name="Text">What happened and why, in words.</param>
public sealed record DirectorEvent(long Sequence, DateTimeOffset Time, EventKind Kind, string Subject, string Text);
