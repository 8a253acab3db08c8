using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>How packets reach a server.</summary>
/// <param name="Method">The method.</param>
/// <param name="Tunnel">How they are wrapped; IP in IP unless the method is a tunnel.</param>
internal sealed record Forwarding(ForwardingMethod Method, TunnelEncapsulation Tunnel);

/// <summary>Reads <c>lb_kind METHOD [type TYPE] [OPTION]…</c> under each of its names.</summary>
internal sealed class ForwardingMethodReader(DiagnosticBag diagnostics, FeatureReporter features)
{
    /// <summary>
    /// The method. A tunnel of another type than IP in IP is reported as not done yet. One that cannot be read stops the start: keepalived would go on with another method,
    /// and the servers could not tell why they get nothing.
    /// </summary>
    public Forwarding Read(CheckedStatement statement)
    {
        ForwardingMethod method = KeywordNames.ToMethod(statement.Text(0));
        ReadOnlySpan<Token> options = statement.Syntax.Words.AsSpan()[2..];
        if (method != ForwardingMethod.Tunnel)
        {
            if (options.Length > 0)
            {
                diagnostics.Add(
                    DiagnosticCatalog.SurplusParameter, options[0].Span.To(options[^1].Span), $"'{statement.Name} {statement.Text(0)}' takes no options; the rest of the line is ignored");
            }

            return new Forwarding(method, TunnelEncapsulation.IpInIp);
        }

        if (ReadOptions(statement, options) is not { } tunnel) return new Forwarding(method, TunnelEncapsulation.IpInIp);
        if (tunnel != TunnelEncapsulation.IpInIp) features.Report(Features.TunnelTypes, $"{statement.Name} {statement.Text(0)} type", statement.SpanOf(1));
        return new Forwarding(method, tunnel);
    }

    private TunnelEncapsulation? ReadOptions(CheckedStatement statement, ReadOnlySpan<Token> options)
    {
        TunnelEncapsulation tunnel = TunnelEncapsulation.IpInIp;
        for (int i = 0; i < options.Length; i++)
        {
            Token option = options[i];
            bool takesValue = option.Text is "type" or "port";
            if (takesValue && i + 1 == options.Length)
            {
                Report(option, $"'{option.Text}' lacks its parameter", option.Text == "type" ? "expected ipip, gue or gre" : "expected a port from 1 to 65535");
                return null;
            }

            Token value = takesValue ? options[++i] : option;
            if (Apply(tunnel, option.Text, value) is not { } next) return null;
            tunnel = next;
        }

        return Contradiction(tunnel) is not { } contradiction ? tunnel : Report(statement.Syntax.Words[1], contradiction, "the tunnel is not understood");
    }

    private TunnelEncapsulation? Apply(TunnelEncapsulation tunnel, string option, Token value) => (option, value.Text) switch
    {
        ("type", "ipip") => tunnel with { Type = TunnelType.IpInIp },
        ("type", "gue") => tunnel with { Type = TunnelType.Gue },
        ("type", "gre") => tunnel with { Type = TunnelType.Gre },
        ("type", _) => Report(value, $"there is no tunnel of type '{value.Text}'", "expected ipip, gue or gre"),
        ("port", _) => IntegerArgument.TryParse(value.Text, out long port) && port is >= 1 and <= ushort.MaxValue
            ? tunnel with { Port = (ushort)port }
            : Report(value, $"'{value.Text}' is no port of a tunnel", "expected 1 to 65535"),
        ("nocsum", _) => tunnel with { Checksum = TunnelChecksum.None },
        ("csum", _) => tunnel with { Checksum = TunnelChecksum.Outer },
        ("remcsum", _) => tunnel with { Checksum = TunnelChecksum.Remote },
        _ => Report(value, $"'{value.Text}' is no option of a tunnel", "expected type, port, nocsum, csum or remcsum"),
    };

    /// <summary>The rules of keepalived for what goes with which type.</summary>
    private static string? Contradiction(TunnelEncapsulation tunnel) => tunnel switch
    {
        { Type: TunnelType.Gue, Port: 0 } => "a gue tunnel needs 'port'",
        { Type: not TunnelType.Gue, Port: not 0 } => $"only gue tunnels have a port, and this one is {KeywordNames.Of(tunnel.Type)}",
        { Type: TunnelType.IpInIp, Checksum: not TunnelChecksum.None } => "an ipip tunnel has no checksum",
        { Type: TunnelType.Gre, Checksum: TunnelChecksum.Remote } => "a gre tunnel has no 'remcsum'",
        _ => null,
    };

    private TunnelEncapsulation? Report(Token token, string message, string hint)
    {
        diagnostics.Add(DiagnosticCatalog.InvalidTunnel, token.Span, message, hint);
        return null;
    }
}
