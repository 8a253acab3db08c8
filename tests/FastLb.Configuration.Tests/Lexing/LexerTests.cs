using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Sources;
using Xunit;

namespace FastLb.Configuration.Tests.Lexing;

public sealed class LexerTests
{
    private readonly DiagnosticBag _diagnostics = new();

    private IReadOnlyList<Diagnostic> Diagnostics => _diagnostics.InFileOrder(new SourceFiles(new SourceText(string.Empty, "f")));

    [Theory]
    [InlineData("weight 30#x", "weight 30")]
    [InlineData("weight 30!x", "weight 30")]
    [InlineData("  # all comment", "")]
    [InlineData("a \"b # c\" d", "a b # c d")]
    [InlineData("a 'b # c'", "a 'b")]
    [InlineData("a \\#b\\!c", "a #b!c")]
    [InlineData("ab\"c d\"ef", "ab c d ef")]
    [InlineData("a { b", "a { b")]
    [InlineData("a{b}c", "a { b } c")]
    [InlineData("a \"{\"", "a {")]
    [InlineData("a\tb\fc\vd", "a b c d")]
    [InlineData("a\\b", "a\\b")]
    public void Words_follow_keepalived(string line, string expected) =>
        Assert.Equal(expected, string.Join(' ', Visible(line)));

    [Fact]
    public void Quoted_string_is_one_word()
    {
        Token[] tokens = Tokenize("name \"one two\"");
        Assert.Equal("one two", tokens[1].Text);
        Assert.Equal(new SourceSpan("f", 1, 6, 9), tokens[1].Span);
    }

    [Fact]
    public void Every_token_knows_its_place()
    {
        Token[] tokens = Tokenize("a {\r\n\tbc \\#d }\r\n");
        Assert.Equal(
            [
                (TokenKind.Word, 1, 1, 1), (TokenKind.OpenBrace, 1, 3, 1), (TokenKind.EndOfLine, 1, 4, 0),
                (TokenKind.Word, 2, 2, 2), (TokenKind.Word, 2, 5, 3), (TokenKind.CloseBrace, 2, 9, 1), (TokenKind.EndOfLine, 2, 10, 0),
                (TokenKind.EndOfFile, 3, 1, 0),
            ],
            tokens.Select(t => (t.Kind, t.Span.Line, t.Span.Column, t.Span.Length)));
    }

    [Fact]
    public void Unterminated_quote_is_reported_where_it_opens()
    {
        Token[] tokens = Tokenize("router_id \"abc\nnext");
        Assert.Equal(TokenKind.UnterminatedString, tokens[1].Kind);
        Diagnostic diagnostic = Assert.Single(Diagnostics);
        Assert.Equal("FLB1001", diagnostic.Code);
        Assert.Equal(new SourceSpan("f", 1, 11, 4), diagnostic.Span);
        Assert.Contains(tokens, t => t.Text == "next");
    }

    [Fact]
    public void Line_with_nul_is_left_out()
    {
        Assert.Equal(["b"], Visible("a\0\nb"));
        Assert.Equal("FLB1002", Assert.Single(Diagnostics).Code);
    }

    [Fact]
    public void Slash_comment_is_named_once_and_its_braces_still_count()
    {
        Assert.Equal(["weight", "3", "{"], Visible("weight 3 // a { b // c"));
        Diagnostic diagnostic = Assert.Single(Diagnostics, d => d.Code == "FLB1003");
        Assert.Equal(10, diagnostic.Span.Column);
    }

    [Fact]
    public void Quotes_in_a_slash_comment_are_of_no_account()
    {
        Assert.Equal(["weight", "3"], Visible("weight 3 // \"{\" don\"t"));
        Assert.Equal("FLB1003", Assert.Single(Diagnostics).Code);
    }

    [Fact]
    public void Slashes_within_a_word_are_no_comment()
    {
        Assert.Equal(["path", "http://host//x"], Visible("path http://host//x"));
        Assert.Empty(Diagnostics);
    }

    [Theory]
    [InlineData("notify “a b”", 8, 5)]
    [InlineData("notify ＂a＂", 8, 3)]
    [InlineData("weight\u00A03", 7, 1)]
    public void Lookalike_is_reported_with_its_place(string line, int column, int length)
    {
        Tokenize(line);
        Diagnostic diagnostic = Assert.Single(Diagnostics);
        Assert.Equal(("FLB1004", column, length), (diagnostic.Code, diagnostic.Span.Column, diagnostic.Span.Length));
    }

    [Fact]
    public void Lookalike_within_quotes_is_text()
    {
        Assert.Equal(["email", "“Admin”"], Visible("email \"“Admin”\""));
        Assert.Empty(Diagnostics);
    }

    [Fact]
    public void Byte_order_mark_is_no_part_of_the_first_word()
    {
        Assert.Equal(["a"], Visible("\uFEFFa"));
        Assert.Equal("FLB1005", Assert.Single(Diagnostics).Code);
    }

    [Fact]
    public void Braces_of_an_undefined_variable_are_braces()
    {
        Assert.Equal(["V_$", "{", "X", "}", "{"], Visible("V_${X} {"));
        Assert.Equal("FLB1503", Assert.Single(Diagnostics).Code);
    }

    private Token[] Tokenize(string text)
    {
        var sources = new SourceFiles(new SourceText(text, "f"));
        return [.. Lexer.Tokenize(new Preprocessor(sources, new Surroundings(), _diagnostics), sources.Main.End, _diagnostics)];
    }

    private IEnumerable<string> Visible(string text) => Tokenize(text).Select(t => t.Kind switch
    {
        TokenKind.OpenBrace => "{",
        TokenKind.CloseBrace => "}",
        _ => t.Text,
    }).Where(t => t.Length > 0);
}
