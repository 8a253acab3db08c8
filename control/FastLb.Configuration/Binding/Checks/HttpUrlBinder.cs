using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds <c>url</c> in <c>HTTP_GET</c> and <c>SSL_GET</c>.</summary>
internal sealed class HttpUrlBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    /// <summary>The hexadecimal digits of an MD5 digest.</summary>
    private const int DigestLength = 32;

    private readonly ContentPatternBinder _patterns = new(diagnostics);

    /// <summary>Binds one block.</summary>
    /// <param name="block">The statement with its block.</param>
    /// <param name="host">The check's host, unless the block has its own.</param>
    /// <param name="tlsCompliant">The check's setting, unless the block has its own.</param>
    /// <returns>Null when it is left out, which has been reported.</returns>
    public HttpUrl? Bind(CheckedStatement block, string? host, bool tlsCompliant)
    {
        List<CheckedStatement> statements = reader.ReadBlock(block);
        ContentPattern? pattern = _patterns.Bind(statements);
        string? digest = BindDigest(statements);
        ValueList<StatusCodeRange> codes = BindStatusCodes(statements);
        if (statements.Last("path") is not { } path)
        {
            diagnostics.Add(DiagnosticCatalog.UrlWithoutPath, block.Syntax.Span, "the url has no path", "it is left out; add 'path /'");
            return null;
        }

        if (!path.Text(0).StartsWith('/'))
        {
            diagnostics.Add(
                DiagnosticCatalog.DoubtfulPath, path.SpanOf(0), $"the path '{path.Text(0)}' does not begin with '/'", "it is sent as it stands, and most servers refuse such a request");
        }

        return new HttpUrl(path.Text(0))
        {
            StatusCodes = codes.Count == 0 ? HttpUrl.UsualStatusCodes : codes,
            Digest = digest,
            VirtualHost = statements.Last("virtualhost")?.Text(0) ?? host,
            Pattern = pattern,
            TlsCompliant = statements.Last("tls_compliant")?.Switch(0) ?? tlsCompliant,
        };
    }

    /// <summary>The first usable digest; keepalived ignores further ones.</summary>
    private string? BindDigest(IEnumerable<CheckedStatement> statements)
    {
        CheckedStatement? first = null;
        foreach (CheckedStatement statement in statements.Where(s => s.Name == "digest"))
        {
            string text = statement.Text(0);
            if (text.Length != DigestLength || !text.All(char.IsAsciiHexDigit))
            {
                diagnostics.Add(
                    DiagnosticCatalog.InvalidDigest, statement.SpanOf(0),
                    text.Length == DigestLength ? $"the digest '{text}' has other characters than hexadecimal digits" : $"the digest '{text}' has {text.Length} characters",
                    $"expected {DigestLength} hexadecimal digits, as genhash prints them; the line is ignored");
            }
            else if (first is null)
            {
                first = statement;
            }
            else
            {
                diagnostics.Add(
                    DiagnosticCatalog.RepeatedSetting, statement.Syntax.Span, $"there is a digest before, on {first.Syntax.Span.LineSeenFrom(statement.Syntax.Span)}",
                    "the first counts, as in keepalived", first.Syntax.Span);
            }
        }

        return first?.Text(0).ToLowerInvariant();
    }

    /// <summary>The codes of all lines, which add up; faulty ones are left out.</summary>
    private ValueList<StatusCodeRange> BindStatusCodes(IEnumerable<CheckedStatement> statements)
    {
        List<StatusCodeRange> codes = [];
        foreach (Token word in statements.Where(s => s.Name == "status_code").SelectMany(s => s.Syntax.Words.Skip(1)))
        {
            if (ParseRange(word.Text) is not { } range)
            {
                diagnostics.Add(
                    DiagnosticCatalog.InvalidStatusCode, word.Span, $"'{word.Text}' is neither a status code nor a range of them",
                    $"expected such as 200 or 200-299, from {StatusCodeRange.Lowest} to {StatusCodeRange.Highest}; it is left out");
            }
            else if (!codes.Contains(range))
            {
                codes.Add(range);
            }
        }

        return [.. codes];
    }

    private static StatusCodeRange? ParseRange(string text)
    {
        string[] ends = text.Split('-');
        return ends.Length <= 2 && ParseCode(ends[0]) is { } first && ParseCode(ends[^1]) is { } last && first <= last ? new StatusCodeRange(first, last) : null;
    }

    private static int? ParseCode(string text) =>
        text.Length == 3 && text.All(char.IsAsciiDigit) && int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) is >= StatusCodeRange.Lowest and <= StatusCodeRange.Highest and var code
            ? code
            : null;
}
