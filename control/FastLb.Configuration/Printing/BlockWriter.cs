using System.Buffers;
using System.Text;

namespace FastLb.Configuration.Printing;

/// <summary>Writes keywords, parameters and blocks, indented and quoted so that they are read back as they were.</summary>
internal sealed class BlockWriter
{
    private const int IndentWidth = 4;

    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@+-*=,%");

    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>A keyword with its parameters.</summary>
    public void Line(string keyword, params ReadOnlySpan<string> parameters)
    {
        AppendWords(keyword, parameters);
        _text.Append('\n');
    }

    /// <summary>A keyword outside of all blocks.</summary>
    public void TopLine(string keyword)
    {
        if (_text.Length > 0) _text.Append('\n');
        Line(keyword);
    }

    /// <summary>A keyword with parameters that are quoted already.</summary>
    public void QuotedLine(string keyword, string parameters)
    {
        AppendWords(keyword, []);
        _text.Append(' ').Append(parameters).Append('\n');
    }

    /// <summary>A keyword with its parameters that opens a block.</summary>
    public void Open(string keyword, params ReadOnlySpan<string> parameters)
    {
        if (_depth == 0 && _text.Length > 0) _text.Append('\n');
        AppendWords(keyword, parameters);
        _text.Append(" {\n");
        _depth++;
    }

    /// <summary>The end of the innermost block.</summary>
    public void Close()
    {
        _depth--;
        _text.Append(' ', _depth * IndentWidth).Append("}\n");
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

    public override string ToString() => _text.ToString();

    private void AppendWords(string keyword, ReadOnlySpan<string> parameters)
    {
        _text.Append(' ', _depth * IndentWidth).Append(keyword);
        foreach (string parameter in parameters) _text.Append(' ').Append(Quoted(parameter));
    }
}
