using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds <c>UDP_CHECK</c>.</summary>
internal sealed class UdpCheckBinder(DiagnosticBag diagnostics)
{
    private readonly HexadecimalReader _hexadecimal = new(diagnostics);

    /// <summary>Binds one block.</summary>
    public UdpCheck Bind(CheckedStatement block, IReadOnlyList<CheckedStatement> statements, CheckSurroundings surroundings)
    {
        var settings = new CheckSettings(statements, surroundings);
        CheckedStatement? payload = statements.Last("payload"), reply = statements.Last("require_reply");
        var check = new UdpCheck
        {
            Origin = new Origin(block.Syntax.Span),
            Timing = settings.UsualTiming,
            Alpha = settings.Alpha,
            LogAllFailures = settings.LogAllFailures,
            Endpoint = settings.Endpoint,
            Payload = [.. (payload is null ? null : _hexadecimal.Read(payload, allowsWildcards: false))?.Select(b => b.Value) ?? []],
            RequiresReply = reply is not null,
            ReplyPattern = [.. (reply is null || !reply.Has(0) ? null : _hexadecimal.Read(reply, allowsWildcards: true)) ?? []],
        };
        if (statements.Last("min_reply_length") is { } minimum) check = check with { MinimumReplyLength = (ushort)minimum.Integer(0) };
        if (statements.Last("max_reply_length") is { } maximum) check = check with { MaximumReplyLength = (ushort)maximum.Integer(0) };
        if (check.MinimumReplyLength > check.MaximumReplyLength) ReportImpossibleLength(check, statements);
        return check;
    }

    private void ReportImpossibleLength(UdpCheck check, IReadOnlyList<CheckedStatement> statements)
    {
        CheckedStatement last = statements.Last(s => s.Name is "min_reply_length" or "max_reply_length");
        diagnostics.Add(
            DiagnosticCatalog.ImpossibleReplyLength, last.Syntax.Span,
            $"no reply is at least {check.MinimumReplyLength} and at most {check.MaximumReplyLength} bytes long",
            check.RequiresReply ? "the check always fails" : "the check would always fail if it required a reply");
    }
}
