using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>Conditional lines on the director <c>main</c>, as observed with keepalived 2.2.7.</summary>
public sealed class ConditionTests
{
    [Theory]
    [InlineData("@main c1", "c1")]
    [InlineData("@^other c4", "c4")]
    [InlineData("@main @main c6", "@main c6")]
    [InlineData("@main $A=cond\nk $A", "k cond")]
    [InlineData("@main ~SEQ(i,1,2) o${i}", "o1|o2")]
    [InlineData("~SEQ(i,1,2) @main m${i}", "m1|m2")]
    [InlineData("$i=0\n@main @^other k10${i}", "k100")]
    [InlineData("$C=c\n@main @main $B=y$C\n$B", "yc")]
    [InlineData("$IF=@main\n$IF c7", "c7")]
    [InlineData("$IF=@other\n$IF c7\nx", "x")]
    [InlineData("k { @main a } @main b", "k {|a }|b")]
    [InlineData("@main\tx", "x")]
    [InlineData("x @other", "x @other")]
    [InlineData("@^ x", "x")]
    public void Line_that_holds_is_read_without_its_condition(string text, string expected) => Assert.Equal(expected, string.Join('|', new PreprocessedText(text).Lines));

    [Theory]
    [InlineData("@other c2")]
    [InlineData("@^main c3")]
    [InlineData("@ main c5")]
    [InlineData("@main")]
    [InlineData("@mai x")]
    [InlineData("@main2 x")]
    [InlineData("~SEQ(i,1,2) @other n${i}")]
    public void Line_that_does_not_hold_is_dropped(string line) => Assert.Empty(new PreprocessedText(line).Lines);

    [Fact]
    public void Condition_after_a_brace_drops_all_of_the_rest() => Assert.Equal(["k {"], new PreprocessedText("k { @other y1 } @main y2").Lines);

    [Fact]
    public void Dropped_definition_leaves_its_further_lines_and_that_is_told()
    {
        var text = new PreprocessedText("@other $CN= \\\n cn1 \\\n cn2\n");
        Assert.Equal(["cn1\\", "cn2"], text.Lines);
        Assert.Equal(["FLB1512", "FLB1513"], text.Codes);
    }
}
