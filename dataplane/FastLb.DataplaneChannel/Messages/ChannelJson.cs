using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

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

/// <summary>An address of either family as its text.</summary>
public sealed class IPAddressConverter : JsonConverter<IPAddress>
{
    public override IPAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IPAddress.TryParse(reader.GetString(), out IPAddress? address) ? address : throw new JsonException("not an IP address");

    public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
