using System.Collections.Immutable;
using System.Text;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Lexing;

/// <summary>
/// Turns text into tokens by keepalived's rules: an unquoted <c>#</c> or <c>!</c> starts a comment even within a word, only double quotes
/// quote, <c>\#</c> and <c>\!</c> are literal, and unquoted braces are tokens of their own. Every character is looked at a bounded number
/// of times, so that hostile text costs no more than its length. Not thread-safe.
/// </summary>
internal sealed class Lexer
{
    private readonly SourceText _source;
    private readonly DiagnosticBag _diagnostics;
    private readonly PreprocessorScanner _preprocessor;
    private readonly ImmutableArray<Token>.Builder _tokens = ImmutableArray.CreateBuilder<Token>();
    private readonly StringBuilder _word = new();

    private Lexer(SourceText source, DiagnosticBag diagnostics)
    {
        _source = source;
        _diagnostics = diagnostics;
        _preprocessor = new PreprocessorScanner(source, diagnostics);
    }

    /// <summary>Reads the whole of <paramref name="source"/>.</summary>
    /// <returns>The tokens, ending in <see cref="TokenKind.EndOfFile"/>, and whether the preprocessor would have changed the text.</returns>
    public static (ImmutableArray<Token> Tokens, bool UsesPreprocessor) Tokenize(SourceText source, DiagnosticBag diagnostics)
    {
        var lexer = new Lexer(source, diagnostics);
        for (int number = 1; number <= source.LineCount; number++) lexer.ReadLine(source.Line(number), number);
        lexer._tokens.Add(new Token(TokenKind.EndOfFile, string.Empty, source.End));
        return (lexer._tokens.ToImmutable(), lexer._preprocessor.FoundUse);
    }

    private void ReadLine(string line, int number)
    {
        if (number == 1 && line.StartsWith('\uFEFF'))
        {
            _diagnostics.Add(
                DiagnosticCatalog.ByteOrderMark, _source.Span(1, 1, 1), "the file begins with a byte order mark",
                "keepalived takes it for a part of the first word; save the file as UTF-8 without BOM");
            line = string.Concat(" ", line.AsSpan(1));
        }

        int nul = line.IndexOf('\0');
        if (nul >= 0)
        {
            _diagnostics.Add(DiagnosticCatalog.NulCharacter, _source.Span(number, nul + 1, 1), "the line contains a NUL character and is left out");
            return;
        }

        int before = _tokens.Count;
        ReadTokens(line, number, _preprocessor.SkipDirectives(line, number));
        if (_tokens.Count > before) _tokens.Add(new Token(TokenKind.EndOfLine, string.Empty, _source.Span(number, line.Length + 1, 0)));
    }

    private void ReadTokens(string line, int number, int index)
    {
        bool inSlashComment = false;
        int firstLookalike = -1, lastLookalike = -1;
        while (index < line.Length)
        {
            char c = line[index];
            if (PreprocessorScanner.IsBlank(c))
            {
                index++;
            }
            else if (c is '#' or '!')
            {
                break;
            }
            else if (c is '{' or '}')
            {
                // keepalived knows no // comment, so braces in one count.
                _tokens.Add(new Token(c == '{' ? TokenKind.OpenBrace : TokenKind.CloseBrace, string.Empty, _source.Span(number, index + 1, 1)));
                index++;
            }
            else if (c == '"')
            {
                int close = line.IndexOf('"', index + 1);
                if (close < 0)
                {
                    if (!inSlashComment) ReportUnterminatedQuote(line, number, index);
                    break;
                }

                if (!inSlashComment) AddQuoted(line, number, index, close);
                index = close + 1;
            }
            else if (!inSlashComment && c == '/' && index + 1 < line.Length && line[index + 1] == '/')
            {
                _diagnostics.Add(
                    DiagnosticCatalog.SlashComment, _source.Span(number, index + 1, 2), "'//' does not begin a comment in keepalived.conf",
                    "comments begin with '#' or '!'");
                inSlashComment = true;
                index += 2;
            }
            else
            {
                int start = index;
                index = ReadWord(line, number, index, ref firstLookalike, ref lastLookalike, inSlashComment);
                if (!inSlashComment) _tokens.Add(new Token(TokenKind.Word, _word.ToString(), _source.Span(number, start + 1, index - start)));
            }
        }

        if (firstLookalike >= 0) ReportLookalikes(line, number, firstLookalike, lastLookalike);
    }

    /// <summary>Reads an unquoted word into <see cref="_word"/>.</summary>
    /// <returns>The index after it.</returns>
    private int ReadWord(string line, int number, int index, ref int firstLookalike, ref int lastLookalike, bool inSlashComment)
    {
        _word.Clear();
        while (index < line.Length)
        {
            char c = line[index];
            if (PreprocessorScanner.IsBlank(c) || c is '#' or '!' or '{' or '}' or '"') break;
            int length = 1;
            if (c == '\\' && index + 1 < line.Length && line[index + 1] is '#' or '!')
            {
                index++;
            }
            else if (c == '$' && !inSlashComment)
            {
                length = _preprocessor.MeasureReference(line, number, index);
            }
            else if (!inSlashComment && LookalikeCharacters.Describe(c) is not null)
            {
                if (firstLookalike < 0) firstLookalike = index;
                lastLookalike = index;
            }

            _word.Append(line, index, length);
            index += length;
        }

        return index;
    }

    private void AddQuoted(string line, int number, int open, int close)
    {
        for (int i = open + 1; i < close; i++)
        {
            if (line[i] == '$') i += _preprocessor.MeasureReference(line, number, i) - 1;
        }

        _tokens.Add(new Token(TokenKind.Word, line[(open + 1)..close], _source.Span(number, open + 1, close - open + 1)));
    }

    private void ReportUnterminatedQuote(string line, int number, int open)
    {
        SourceSpan span = _source.Span(number, open + 1, line.Length - open);
        _diagnostics.Add(DiagnosticCatalog.UnterminatedQuote, span, "the quote is not closed on its line", "the statement is left out; add the closing '\"'");
        _tokens.Add(new Token(TokenKind.UnterminatedString, string.Empty, span));
    }

    private void ReportLookalikes(string line, int number, int first, int last)
    {
        if (LookalikeCharacters.Describe(line[first]) is not var (name, meant)) return;
        string meantText = meant == " " ? "a plain space" : $"'{meant}'";
        _diagnostics.Add(
            DiagnosticCatalog.LookalikeCharacter, _source.Span(number, first + 1, last - first + 1),
            $"{name} U+{(int)line[first]:X4} is read as a letter", $"write {meantText}");
    }
}
