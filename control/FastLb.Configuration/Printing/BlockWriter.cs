using System.Buffers;
using System.Text;
using FastLb.Configuration.Model;
using FastLb.Configuration.Scripts;

namespace FastLb.Configuration.Printing;

/// <summary>Gathers keywords, parameters and blocks, and writes them indented and quoted so that they are read back as they were.</summary>
internal sealed class BlockWriter
{
    private const int IndentWidth = 4;

    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@+-*=,%");

    private readonly List<PrintedStatement> _statements = [];
    private readonly Stack<List<PrintedStatement>> _open = new();

    public BlockWriter() => _open.Push(_statements);

    /// <summary>What was written outside all blocks.</summary>
    public IReadOnlyList<PrintedStatement> Statements => _statements;

    /// <summary>A keyword with its parameters.</summary>
    public void Line(string keyword, params ReadOnlySpan<string> parameters) => Add(new PrintedStatement(keyword, Join(parameters)));

    /// <summary>A keyword with parameters that are quoted already.</summary>
    public void QuotedLine(string keyword, string parameters) => Add(new PrintedStatement(keyword, parameters));

    /// <summary>A keyword with a last parameter that is not for everybody.</summary>
    public void SecretLine(string keyword, ReadOnlySpan<string> open, Secret secret) =>
        Add(new PrintedStatement(keyword, Join([.. open, secret.Reveal()])) { Covered = Join([.. open, $"{secret}"]) });

    /// <summary>A keyword with its command; nothing when there is none.</summary>
    public void Script(string keyword, NotifyScript? script)
    {
        if (script is not null) QuotedLine(keyword, CommandPrinter.Print(script));
    }

    /// <summary>A keyword with its parameters that opens a block.</summary>
    public void Open(string keyword, params ReadOnlySpan<string> parameters)
    {
        var statement = new PrintedStatement(keyword, Join(parameters)) { Block = [] };
        Add(statement);
        _open.Push(statement.Block);
    }

    /// <summary>The end of the innermost block.</summary>
    public void Close() => _open.Pop();

    /// <summary>All that was written; lines end in a line feed, and blocks outside all others stand apart.</summary>
    public string ToText(SecretPrinting secrets)
    {
        var text = new StringBuilder();
        bool isAfterBlock = false;
        foreach (PrintedStatement statement in _statements)
        {
            if (text.Length > 0 && (statement.Block is not null || isAfterBlock)) text.Append('\n');
            Append(text, statement, depth: 0, secrets);
            isAfterBlock = statement.Block is not null;
        }

        return text.ToString();
    }

    /// <summary>
    /// A word, in quotes unless it is plain: what begins like a comment, an address condition or a path is quoted as well. No word that the
    /// lexer made contains a double quote.
    /// </summary>
    public static string Quoted(string word)
    {
        bool isPlain = word.Length > 0 && word[0] is not ('@' or '/') && !word.AsSpan().ContainsAnyExcept(PlainCharacters);
        return isPlain ? word : $"\"{word}\"";
    }

    private static void Append(StringBuilder text, PrintedStatement statement, int depth, SecretPrinting secrets)
    {
        text.Append(' ', depth * IndentWidth).Append(statement.LineFor(secrets));
        if (statement.Block is null)
        {
            text.Append('\n');
            return;
        }

        text.Append(" {\n");
        foreach (PrintedStatement inner in statement.Block) Append(text, inner, depth + 1, secrets);
        text.Append(' ', depth * IndentWidth).Append("}\n");
    }

    private static string Join(ReadOnlySpan<string> words)
    {
        var text = new StringBuilder();
        foreach (string word in words) text.Append(text.Length == 0 ? string.Empty : " ").Append(Quoted(word));
        return text.ToString();
    }

    private void Add(PrintedStatement statement) => _open.Peek().Add(statement);
}
