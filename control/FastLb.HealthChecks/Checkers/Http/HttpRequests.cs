using System.Net;
using System.Text;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>Writes the requests of an HTTP check as keepalived does.</summary>
/// <param name="check">The check.</param>
internal sealed class HttpRequests(HttpCheck check)
{
    private const string UserAgent = "KeepAliveClient";

    // The path is sent as it is written; canonicalised, '/a/../b' would ask for another page.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    // Whom a request goes to is the connection's matter; the line that is sent has the path alone.
    private const string Server = "http://server";

    private readonly string _endpoint = new IPEndPoint(check.Endpoint.Address, check.Endpoint.Port).ToString();
    private readonly Version _version = check.Protocol == HttpProtocol.Http11 ? HttpVersion.Version11 : HttpVersion.Version10;
    private readonly bool _closes = check.Protocol is HttpProtocol.Http10Close or HttpProtocol.Http11;

    /// <summary>The host that a page is asked of; null for the address and port.</summary>
    public string? HostOf(HttpUrl page) => page.VirtualHost ?? check.VirtualHost;

    /// <summary>The request for a page.</summary>
    public HttpRequestMessage Of(HttpUrl page)
    {
        string slash = page.Path.StartsWith('/') ? string.Empty : "/";
        Uri address = new($"{Server}{slash}{Escape(page.Path)}", AsWritten);
        HttpRequestMessage request = new(HttpMethod.Get, address) { Version = _version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (_closes)
            request.Headers.TryAddWithoutValidation("Connection", "close");
        request.Headers.TryAddWithoutValidation("Host", HostOf(page) ?? _endpoint);
        return request;
    }

    /// <summary>A path with what isn't ASCII escaped (RFC 3986 section 2.1), which a request line can't hold.</summary>
    private static string Escape(string path)
    {
        if (Ascii.IsValid(path))
            return path;
        StringBuilder escaped = new();
        foreach (byte each in Encoding.UTF8.GetBytes(path))
            _ = each < 0x80 ? escaped.Append((char)each) : escaped.Append($"%{each:X2}");
        return escaped.ToString();
    }
}
