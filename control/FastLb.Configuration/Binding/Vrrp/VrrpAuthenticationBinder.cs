using System.Text;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>authentication</c>.</summary>
internal sealed class VrrpAuthenticationBinder(DiagnosticBag diagnostics)
{
    /// <summary>Binds what all such blocks of one instance say.</summary>
    /// <param name="statements">What the blocks hold, as checked.</param>
    /// <param name="version">The instance's version of VRRP.</param>
    /// <returns>Null when advertisements are not authenticated.</returns>
    public VrrpAuthentication? Bind(IReadOnlyList<CheckedStatement> statements, int version)
    {
        // keepalived ignores a password without a type, silently.
        if (statements.LastOrDefault(s => s.Name == "auth_type") is not { } type) return null;
        if (statements.LastOrDefault(s => s.Name == "auth_pass") is not { } password)
        {
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, type.Syntax.Span, "authentication is asked for without a password", "add 'auth_pass'; there is no authentication otherwise");
            return null;
        }

        if (version == 3)
        {
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, type.Syntax.Span, "VRRP version 3 has no authentication", "it is ignored (RFC 5798 section 9)");
            return null;
        }

        const int Longest = 8;
        string text = password.Text(0);
        if (Encoding.UTF8.GetByteCount(text) > Longest)
        {
            diagnostics.Add(DiagnosticCatalog.TruncatedSecret, password.SpanOf(0), $"the password is longer than {Longest} bytes", $"its first {Longest} are used");
            text = Truncate(text, Longest);
        }

        VrrpAuthenticationType kind = type.Text(0) == "AH" ? VrrpAuthenticationType.AuthenticationHeader : VrrpAuthenticationType.SimpleText;
        return new VrrpAuthentication(kind, new Secret(text));
    }

    /// <summary>The longest start of <paramref name="text"/> that fits, never cutting a character apart.</summary>
    private static string Truncate(string text, int maximumBytes)
    {
        int bytes = 0, length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > maximumBytes) break;
            bytes += rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
