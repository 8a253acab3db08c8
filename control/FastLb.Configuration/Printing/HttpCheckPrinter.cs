using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes what only <c>HTTP_GET</c> and <c>SSL_GET</c> have.</summary>
internal static class HttpCheckPrinter
{
    /// <summary>The lines within the block of the check.</summary>
    public static void Print(BlockWriter writer, HttpCheck check)
    {
        writer.Line("http_protocol", KeywordNames.Of(check.Protocol));
        if (check.VirtualHost is { } host) writer.Line("virtualhost", host);
        writer.Line("fast_recovery", Switch(check.RecoversFast));
        writer.Line("enable_sni", Switch(check.SendsServerName));
        if (check.ServerName is { } name) writer.Line("sni_name", name);
        foreach (HttpUrl url in check.Urls) Print(writer, url);
    }

    private static void Print(BlockWriter writer, HttpUrl url)
    {
        writer.Open("url");
        writer.Line("path", url.Path);
        writer.Line("status_code", [.. url.StatusCodes.Select(range => range.ToString())]);
        if (url.Digest is { } digest) writer.Line("digest", digest);
        if (url.VirtualHost is { } host) writer.Line("virtualhost", host);
        if (url.TlsCompliant) writer.Line("tls_compliant");
        if (url.Pattern is { } pattern) Print(writer, pattern);
        writer.Close();
    }

    private static void Print(BlockWriter writer, ContentPattern pattern)
    {
        writer.Line("regex", pattern.Text);
        if (pattern.MustNotMatch) writer.Line("regex_no_match");
        if (pattern.Options != PatternOptions.None) writer.Line("regex_options", [.. PatternOptionNames.Of(pattern.Options)]);
        if (pattern.Stack is { } stack) writer.Line("regex_stack", Number(stack.Start), Number(stack.Maximum));
        writer.Line("regex_min_offset", Number(pattern.MinimumOffset));
        if (pattern.MaximumOffset is { } maximum) writer.Line("regex_max_offset", Number(maximum));
    }
}
