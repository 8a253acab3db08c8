namespace FastLb.Control.Api;

/// <summary>Where the API answers.</summary>
internal static class ApiPaths
{
    public const string Status = "/v1/status";
    public const string Vrrp = "/v1/vrrp";
    public const string Events = "/v1/events";
    public const string Explanation = "/v1/explain";
    public const string Connections = "/v1/connections";
    public const string Metrics = "/metrics";
    public const string EventStream = "/v1/events/stream";
}
