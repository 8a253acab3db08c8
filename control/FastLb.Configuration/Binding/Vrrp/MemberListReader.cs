using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Reads lists of names, of which keepalived takes several from one line.</summary>
internal sealed class MemberListReader(DiagnosticBag diagnostics)
{
    /// <summary>The names of <paramref name="list"/> in their order, each once.</summary>
    public List<Token> Read(BlockSyntax list)
    {
        List<Token> members = [];
        Dictionary<string, Token> known = new(StringComparer.Ordinal);
        foreach (Token word in list.Statements.Where(line => !line.IsUnreadable).SelectMany(line => line.Words))
        {
            if (known.TryAdd(word.Text, word))
            {
                members.Add(word);
                continue;
            }

            SourceSpan first = known[word.Text].Span;
            diagnostics.Add(DiagnosticCatalog.DuplicateLine, word.Span, $"'{word.Text}' is listed before, on {first.LineSeenFrom(word.Span)}", "the second is left out", first);
        }

        return members;
    }
}
