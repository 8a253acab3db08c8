using System.Collections.Immutable;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Lexing;

/// <summary>
/// Turns lines into tokens by keepalived's rules: only double quotes quote, and unquoted braces are tokens of their own. Comments are gone by then. Every
/// character is looked at a bounded number of times, so that hostile text costs no more than its length. Not thread-safe.
/// </summary>
internal sealed class Lexer
{
    private readonly DiagnosticBag _diagnostics;
    private readonly ImmutableArray<Token>.Builder _tokens = ImmutableArray.CreateBuilder<Token>();

    private Lexer(DiagnosticBag diagnostics) => _diagnostics = diagnostics;

    /// <summary>Reads all lines of <paramref name="preprocessor"/>.</summary>
    /// <param name="preprocessor">Where the lines come from.</param>
    /// <param name="end">The point at which the configuration ends.</param>
    /// <param name="diagnostics">Where faults go.</param>
    /// <returns>The tokens, ending in <see cref="TokenKind.EndOfFile"/>.</returns>
    public static ImmutableArray<Token> Tokenize(Preprocessor preprocessor, SourceSpan end, DiagnosticBag diagnostics)
    {
        var lexer = new Lexer(diagnostics);
        while (preprocessor.TryRead(out MappedText? line)) lexer.ReadLine(line);
        lexer._tokens.Add(new Token(TokenKind.EndOfFile, string.Empty, end));
        return lexer._tokens.ToImmutable();
    }

    private void ReadLine(MappedText line)
    {
        int before = _tokens.Count;
        ReadTokens(line);
        if (_tokens.Count > before) _tokens.Add(new Token(TokenKind.EndOfLine, string.Empty, line.Span(line.Text.Length, 0)));
    }

    private void ReadTokens(MappedText mapped)
    {
        string line = mapped.Text;
        bool inSlashComment = false;
        int firstLookalike = -1, lastLookalike = -1;
        int index = 0;
        while (index < line.Length)
        {
            char c = line[index];
            if (NameRules.IsBlank(c))
            {
                index++;
            }
            else if (c is '{' or '}')
            {
                // keepalived knows no // comment, so braces in one count.
                _tokens.Add(new Token(c == '{' ? TokenKind.OpenBrace : TokenKind.CloseBrace, string.Empty, mapped.Span(index, 1)));
                index++;
            }
            else if (c == '"')
            {
                int close = line.IndexOf('"', index + 1);
                if (close < 0)
                {
                    if (!inSlashComment) ReportUnterminatedQuote(mapped, index);
                    break;
                }

                if (!inSlashComment) AddWord(mapped, line[(index + 1)..close], index, close + 1);
                index = close + 1;
            }
            else if (!inSlashComment && c == '/' && index + 1 < line.Length && line[index + 1] == '/')
            {
                _diagnostics.Add(
                    DiagnosticCatalog.SlashComment, mapped.Span(index, 2), "'//' does not begin a comment in keepalived.conf",
                    "comments begin with '#' or '!'");
                inSlashComment = true;
                index += 2;
            }
            else
            {
                int start = index;
                index = EndOfWord(line, index);
                if (inSlashComment) continue;
                AddWord(mapped, line[start..index], start, index);
                NoteLookalikes(line, start, index, ref firstLookalike, ref lastLookalike);
            }
        }

        if (firstLookalike >= 0) ReportLookalikes(mapped, firstLookalike, lastLookalike);
    }

    private static int EndOfWord(string line, int index)
    {
        while (index < line.Length && !NameRules.IsBlank(line[index]) && line[index] is not ('{' or '}' or '"')) index++;
        return index;
    }

    private void AddWord(MappedText line, string word, int start, int end) =>
        _tokens.Add(new Token(TokenKind.Word, word, line.Span(start, end - start), new WordPlace(line.Text, start, end)));

    private void ReportUnterminatedQuote(MappedText line, int open)
    {
        SourceSpan span = line.Span(open, line.Text.Length - open);
        _diagnostics.Add(DiagnosticCatalog.UnterminatedQuote, span, "the quote is not closed on its line", "the statement is left out; add the closing '\"'");
        _tokens.Add(new Token(TokenKind.UnterminatedString, string.Empty, span));
    }

    private static void NoteLookalikes(string line, int start, int end, ref int first, ref int last)
    {
        for (int i = start; i < end; i++)
        {
            if (char.IsAscii(line[i]) || LookalikeCharacters.Describe(line[i]) is null) continue;
            if (first < 0) first = i;
            last = i;
        }
    }

    private void ReportLookalikes(MappedText line, int first, int last)
    {
        if (LookalikeCharacters.Describe(line.Text[first]) is not var (name, meant)) return;
        string meantText = meant == " " ? "a plain space" : $"'{meant}'";
        _diagnostics.Add(
            DiagnosticCatalog.LookalikeCharacter, line.Span(first, last - first + 1),
            $"{name} U+{(int)line.Text[first]:X4} is read as a letter", $"write {meantText}");
    }
}
