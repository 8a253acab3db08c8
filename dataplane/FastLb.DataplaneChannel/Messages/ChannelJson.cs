using System.Text.Json.Serialization;
using FastLb.Messaging;

namespace FastLb.DataplaneChannel.Messages;

/// <summary>How messages look as JSON: camel case, enums by name, addresses of either family as text. Generated, so that it works ahead of time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(IPAddressConverter)])]
[JsonSerializable(typeof(ChannelMessage))]
public sealed partial class ChannelJson : JsonSerializerContext;
