using System.Text;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;
using Xunit;

namespace FastLb.Configuration.Tests.Syntax;

public sealed class SyntaxParserTests
{
    private readonly DiagnosticBag _diagnostics = new();

    private IReadOnlyList<Diagnostic> Diagnostics => _diagnostics.InFileOrder(new SourceFiles(new SourceText(string.Empty, "f")));

    [Theory]
    [InlineData("global_defs {\n router_id A\n}")]
    [InlineData("global_defs\n{\n router_id A\n}")]
    [InlineData("global_defs\n\n# comment\n\n{ router_id A }")]
    [InlineData("global_defs { router_id A }")]
    [InlineData("global_defs { router_id A\n}")]
    public void Braces_stand_where_they_like(string text)
    {
        Assert.Equal("global_defs{router_id A;};", Shape(text));
        Assert.Empty(Diagnostics);
    }

    [Fact]
    public void Several_blocks_close_on_one_line() =>
        Assert.Equal("vrrp_instance V{virtual_ipaddress{192.0.2.1;};};global_defs{};", Shape("vrrp_instance V { virtual_ipaddress { 192.0.2.1 } }\nglobal_defs { }"));

    [Fact]
    public void Unknown_block_is_kept_whole()
    {
        string shape = Shape("vrrp_instance V {\n frobs {\n a {\n }\n }\n state MASTER\n}");
        Assert.Equal("vrrp_instance V{frobs{a{};};state MASTER;};", shape);
        Assert.Empty(Diagnostics);
    }

    [Fact]
    public void Extra_brace_is_reported_and_ignored()
    {
        Assert.Equal("global_defs{};global_defs{};", Shape("global_defs {\n}\n}\nglobal_defs {\n}"));
        Diagnostic diagnostic = Assert.Single(Diagnostics);
        Assert.Equal(("FLB1007", 3, 1), (diagnostic.Code, diagnostic.Span.Line, diagnostic.Span.Column));
    }

    [Fact]
    public void Block_without_keyword_is_left_out()
    {
        Assert.Equal("global_defs{};", Shape("{\n lost\n}\nglobal_defs {\n}"));
        Assert.Equal("FLB1008", Assert.Single(Diagnostics).Code);
    }

    [Fact]
    public void Block_left_open_ends_where_a_block_of_its_parent_begins()
    {
        string shape = Shape("vrrp_instance V {\n virtual_ipaddress {\n  192.0.2.1\n track_script {\n  chk\n }\n}\nglobal_defs {\n}");
        Assert.Equal("vrrp_instance V{virtual_ipaddress{192.0.2.1;};track_script{chk;};};global_defs{};", shape);
        Diagnostic diagnostic = Assert.Single(Diagnostics);
        Assert.Equal(("FLB1006", new SourceSpan("f", 2, 2, 17)), (diagnostic.Code, diagnostic.Span));
        Assert.Equal("a '}' is missing before 'track_script' on line 4", diagnostic.Hint);
        Assert.Equal(DiagnosticConsequence.StopsRun, diagnostic.Consequence);
    }

    [Fact]
    public void Brace_of_a_block_closed_for_the_writer_is_not_reported_again()
    {
        Shape("vrrp_instance V {\n virtual_ipaddress {\n  192.0.2.1\n track_script {\n  chk\n }\n }\n}");
        Assert.Equal("FLB1006", Assert.Single(Diagnostics).Code);
    }

    [Fact]
    public void Indentation_tells_which_block_lacks_its_brace()
    {
        Shape("virtual_server 1.1.1.1 80 {\n  real_server 1.1.1.2 80 {\n    TCP_CHECK {\n  }\n  real_server 1.1.1.3 80 {\n  }\n}");
        Diagnostic diagnostic = Assert.Single(Diagnostics);
        Assert.Equal(("FLB1006", 2, 3), (diagnostic.Code, diagnostic.Span.Line, diagnostic.Span.Column));
        Assert.Equal("the '}' on line 4 is indented like 'real_server' but closes 'TCP_CHECK', which began on line 3", diagnostic.Hint);
        Assert.Equal(3, diagnostic.Related?.Line);
    }

    [Fact]
    public void All_blocks_open_at_the_end_are_reported()
    {
        Shape("vrrp_instance V {\n virtual_ipaddress {\n  192.0.2.1");
        Assert.Equal(["FLB1006 1:1", "FLB1006 2:2"], Diagnostics.Select(d => $"{d.Code} {d.Span.Line}:{d.Span.Column}"));
    }

    [Fact]
    public void Known_name_within_an_unknown_block_proves_nothing()
    {
        Assert.Equal("frobs{global_defs{};};", Shape("frobs {\n global_defs {\n }\n}"));
        Assert.Empty(Diagnostics);
    }

    [Fact]
    public void Unknown_block_left_open_ends_at_the_next_outermost_block()
    {
        Assert.Equal("frobs{a;};global_defs{};", Shape("frobs {\n a\nglobal_defs {\n}"));
        Assert.Equal("FLB1006", Assert.Single(Diagnostics).Code);
    }

    [Fact]
    public void Deep_nesting_costs_no_stack_and_is_reported_once()
    {
        const int Depth = 200_000;
        var text = new StringBuilder();
        for (int i = 0; i < Depth; i++) text.Append("a{");
        text.Append('}', Depth).Append("\nglobal_defs { }");
        Assert.EndsWith("global_defs{};", Shape(text.ToString()), StringComparison.Ordinal);
        Assert.Equal("FLB1010", Assert.Single(Diagnostics).Code);
    }

    [Fact]
    public void Statement_with_unterminated_quote_is_unreadable_and_keeps_its_neighbours()
    {
        BlockSyntax root = Parse("a \"b\nc d");
        Assert.Equal([true, false], root.Statements.Select(s => s.IsUnreadable));
    }

    private BlockSyntax Parse(string text)
    {
        var sources = new SourceFiles(new SourceText(text, "f"));
        return SyntaxParser.Parse(Lexer.Tokenize(new Preprocessor(sources, new Surroundings(), _diagnostics), sources.Main.End, _diagnostics), sources, _diagnostics);
    }

    private string Shape(string text) => Shape(Parse(text));

    private static string Shape(BlockSyntax block) => string.Concat(block.Statements.Select(
        s => string.Join(' ', s.Words.Select(w => w.Text)) + (s.Block is null ? ";" : $"{{{Shape(s.Block)}}};")));
}
