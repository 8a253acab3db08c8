using FastLb.Configuration.Binding.Vrrp;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds the checks of a real server, of whichever kind.</summary>
internal sealed class HealthCheckBinder(DiagnosticBag diagnostics, StatementReader reader, TrackedNames names)
{
    private readonly HttpCheckBinder _http = new(diagnostics, reader);
    private readonly SmtpCheckBinder _smtp = new(diagnostics, reader);
    private readonly DnsCheckBinder _dns = new(diagnostics);
    private readonly MiscCheckBinder _misc = new(diagnostics);
    private readonly UdpCheckBinder _udp = new(diagnostics);
    private readonly TrackingCheckBinder _tracking = new(diagnostics, names);

    /// <summary>True when <paramref name="statement"/> of a real server is a check.</summary>
    public static bool IsCheck(CheckedStatement statement) => statement.Entry.Body is >= BlockContext.TcpCheck and <= BlockContext.FileCheck;

    /// <summary>Binds one block.</summary>
    /// <returns>Mostly one check; none when it is left out, which has been reported.</returns>
    public IEnumerable<HealthCheck> Bind(CheckedStatement block, CheckSurroundings surroundings)
    {
        List<CheckedStatement> statements = reader.ReadBlock(block);
        HealthCheck?[] checks = block.Entry.Body switch
        {
            BlockContext.TcpCheck => [BindTcp(block, new CheckSettings(statements, surroundings))],
            BlockContext.PingCheck => [BindPing(block, new CheckSettings(statements, surroundings))],
            BlockContext.HttpCheck => [_http.Bind(block, statements, surroundings)],
            BlockContext.SmtpCheck => [.. _smtp.Bind(block, statements, surroundings)],
            BlockContext.DnsCheck => [_dns.Bind(block, statements, surroundings)],
            BlockContext.MiscCheck => [_misc.Bind(block, statements, surroundings)],
            BlockContext.UdpCheck => [_udp.Bind(block, statements, surroundings)],
            BlockContext.BfdCheck => [_tracking.BindBfd(block, statements, surroundings)],
            BlockContext.FileCheck => [_tracking.BindFile(block, statements)],
            _ => throw new InvalidOperationException($"'{block.Name}' is no check."),
        };
        HealthCheck[] bound = [.. checks.OfType<HealthCheck>()];
        if (bound.Any(check => check is NetworkCheck { Endpoint.Port: 0 } and not PingCheck))
        {
            diagnostics.Add(
                DiagnosticCatalog.NoPortToCheck, block.Syntax.Span, $"neither the service nor the real server {surroundings.Address} has a port that {block.Name} could connect to",
                "add 'connect_port'");
        }

        return bound;
    }

    private static TcpCheck BindTcp(CheckedStatement block, CheckSettings settings) => new()
    {
        Origin = new Origin(block.Syntax.Span),
        Timing = settings.UsualTiming,
        Alpha = settings.Alpha,
        LogAllFailures = settings.LogAllFailures,
        Endpoint = settings.Endpoint,
    };

    private static PingCheck BindPing(CheckedStatement block, CheckSettings settings) => new()
    {
        Origin = new Origin(block.Syntax.Span),
        Timing = settings.UsualTiming,
        Alpha = settings.Alpha,
        LogAllFailures = settings.LogAllFailures,
        Endpoint = settings.Endpoint,
    };
}
