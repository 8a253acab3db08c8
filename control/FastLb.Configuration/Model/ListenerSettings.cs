using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>Where the director answers beside the socket in its runtime directory.</summary>
public sealed record ListenerSettings
{
    /// <summary>The API over TCP; null for not at all.</summary>
    public ApiListener? Api { get; init; }

    /// <summary>Figures for Prometheus, to whoever asks; null for not at all.</summary>
    public IPEndPoint? Metrics { get; init; }
}

/// <summary>The API over TCP, without encryption, for those who know its token.</summary>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="TokenFile">The file whose first line is the token; its owner alone may read it.</param>
public sealed record ApiListener(IPEndPoint Endpoint, string TokenFile);
