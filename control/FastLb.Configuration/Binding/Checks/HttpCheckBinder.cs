using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds <c>HTTP_GET</c> and <c>SSL_GET</c>.</summary>
internal sealed class HttpCheckBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    private const uint DefaultRetries = 1;
    private static readonly TimeSpan DefaultDelayBeforeRetry = TimeSpan.FromSeconds(3);

    private readonly HttpUrlBinder _urls = new(diagnostics, reader);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when there is no page to ask for, which has been reported.</returns>
    public HttpCheck? Bind(CheckedStatement block, IReadOnlyList<CheckedStatement> statements, CheckSurroundings surroundings)
    {
        string? host = statements.Last("virtualhost")?.Text(0) ?? surroundings.VirtualHost;
        bool tlsCompliant = statements.IsOn("tls_compliant");
        ValueList<HttpUrl> urls = [.. statements.Where(s => s.Name == "url").Select(url => _urls.Bind(url, host, tlsCompliant)).OfType<HttpUrl>()];
        if (urls.Count == 0)
        {
            diagnostics.Add(DiagnosticCatalog.CheckWithoutUrl, block.Syntax.Span, $"'{block.Name}' has no usable url", "the check is left out; add 'url {' with 'path'");
            return null;
        }

        var settings = new CheckSettings(statements, surroundings);
        return new HttpCheck
        {
            Origin = new Origin(block.Syntax.Span),
            Timing = settings.Timing(DefaultRetries, DefaultDelayBeforeRetry),
            Alpha = settings.Alpha,
            LogAllFailures = settings.LogAllFailures,
            Endpoint = settings.Endpoint,
            UsesTls = block.Name == "SSL_GET",
            Urls = urls,
            VirtualHost = host,
            Protocol = ToProtocol(statements.Last("http_protocol")?.Text(0)),
            RecoversFast = statements.IsOn("fast_recovery"),
            SendsServerName = statements.IsOn("enable_sni"),
            ServerName = statements.Last("sni_name")?.Text(0),
        };
    }

    private static HttpProtocol ToProtocol(string? word) => word switch
    {
        "1.0C" or "1.0c" => HttpProtocol.Http10Close,
        "1.1" => HttpProtocol.Http11,
        _ => HttpProtocol.Http10,
    };
}
