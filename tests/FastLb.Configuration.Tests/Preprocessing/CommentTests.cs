using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>Comments and the ends of lines. All but the last two were observed with keepalived 2.2.7.</summary>
public sealed class CommentTests
{
    [Theory]
    [InlineData("weight 30#x", "weight 30")]
    [InlineData("weight 30!x", "weight 30")]
    [InlineData("a \"b # c\" d # e", "a \"b # c\" d")]
    [InlineData("'c5#x'", "'c5")]
    [InlineData("c2a\\#b", "c2a#b")]
    [InlineData("c3\\!c", "c3!c")]
    [InlineData("\"c4\\#b\"", "\"c4\\#b\"")]
    [InlineData("a \\\" # b\"", "a \\\"")]
    [InlineData("notify \"/x \\\"a # b\\\"\" # c", "notify \"/x \\\"a # b\\\"\"")]
    [InlineData("  \t a b \t ", "a b")]
    [InlineData("a b\r", "a b")]
    [InlineData("cn1 \\", "cn1\\")]
    [InlineData("cn1 # x \\  ", "cn1\\")]
    public void Line_is_left_without_its_comment(string line, string expected) => Assert.Equal([expected], new PreprocessedText(line).Lines);

    [Theory]
    [InlineData("# a")]
    [InlineData("   ! a")]
    [InlineData("   ")]
    public void Line_of_a_comment_alone_is_none(string line) => Assert.Empty(new PreprocessedText(line).Lines);

    [Theory]
    [InlineData("a ${_HASH}b", "a #b")]
    [InlineData("a${_BANG} $_HASH", "a! #")]
    [InlineData("$H=a\\#b\n$H", "a#b")]
    public void Number_sign_that_is_put_in_begins_no_comment(string text, string expected) => Assert.Equal([expected], new PreprocessedText(text).Lines);

    [Fact]
    public void Places_are_right_after_an_escape()
    {
        var text = new PreprocessedText("  a\\#b c");
        Assert.Equal(("main.conf:1:3", 4), (text.Mapped[0].Span(0, 3).ToString(), text.Mapped[0].Span(0, 3).Length));
        Assert.Equal(("main.conf:1:4", 2), (text.Mapped[0].Span(1, 1).ToString(), text.Mapped[0].Span(1, 1).Length));
        Assert.Equal("main.conf:1:8", text.Mapped[0].Span(4, 1).ToString());
    }

    [Fact]
    public void Backslash_at_the_end_of_an_ordinary_line_is_told() => Assert.Equal(["FLB1513"], new PreprocessedText("weight 3 \\").Codes);
}
