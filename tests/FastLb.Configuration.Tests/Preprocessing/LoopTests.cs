using FastLb.Configuration.Diagnostics;
using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>Sequences and lists, as observed with keepalived 2.2.7 where it is not said otherwise.</summary>
public sealed class LoopTests
{
    [Theory]
    [InlineData("~SEQ(i,1,3) s1 ${i} $i", "s1 1 1|s1 2 2|s1 3 3")]
    [InlineData("~SEQ(i,3) ~SEQ(j,2) s2 $i $j", "s2 1 1|s2 1 2|s2 2 1|s2 2 2|s2 3 1|s2 3 2")]
    [InlineData("~SEQ(i,3,1) s3 $i", "s3 3|s3 2|s3 1")]
    [InlineData("~SEQ(i,-2) s4 $i", "s4 -1|s4 -2")]
    [InlineData("~SEQ(i,-1,-3) t14 $i", "t14 -1|t14 -2|t14 -3")]
    [InlineData("~SEQ(i,0) r5${i}", "r51|r50")]
    [InlineData("~SEQ(i,1,2,6) s5 $i", "s5 1|s5 3|s5 5")]
    [InlineData("~SEQ(i,5,1,7) r $i", "r 5|r 6|r 7")]
    [InlineData("~SEQ(i,5,1,5) r $i", "r 5")]
    [InlineData("~SEQ(i,0x10,021) s10 $i", "s10 16|s10 17")]
    [InlineData("~SEQx(i,8,12) s8${i}", "s88|s89|s8a|s8b|s8c")]
    [InlineData("~SEQx(i,0x1A,0x1B) s8${i}", "s81a|s81b")]
    [InlineData("~SEQ(i,1,2) b$i.5", "b$i.5|b$i.5")]
    [InlineData("~SEQ( i , 1 , 2 ) d${i}", "d1|d2")]
    [InlineData("~SEQ(i,1,2)e${i}", "e1|e2")]
    [InlineData("~SEQ (i,2) f${i}", "f1|f2")]
    [InlineData("$N=3\n~SEQ(i,$N) j${i}", "j1|j2|j3")]
    [InlineData("$N=3\n~SEQ(i,${N},1,4) k${i}", "k3|k4")]
    [InlineData("~SEQ(i,2) ~SEQ(j,$i) q${i}${j}", "q11|q21|q22")]
    [InlineData("$S=~SEQ(i,1,2)\n$S p${i}", "p1|p2")]
    [InlineData("~SEQ(i,1,2) $V=v${i}\nv ${V}", "v v2")]
    [InlineData("~SEQ(i,1,2) x\n~SEQ(i,7,8) y $i", "x|x|y 7|y 8")]
    [InlineData("~SEQ(i,2)\nafter", "after")]
    [InlineData("~SEQ(i,1,2) k17 { a${i} }", "k17 { a1 }|k17 { a2 }")]
    [InlineData("k3 { ~SEQ(i,2) s${i} } ~SEQ(i,2) t${i}", "k3 {|s1 }|t1|t1|s2 }|t2|t2")]
    [InlineData("x ~SEQ(i,2) y", "x ~SEQ(i,2) y")]
    public void Sequence_repeats_the_rest_of_its_line(string text, string expected) => Assert.Equal(expected, string.Join('|', new PreprocessedText(text).Lines));

    [Theory]
    [InlineData("~LST(v,a,b , c) t1[${v}]", "t1[a]|t1[b]|t1[c]")]
    [InlineData("~LST({x,y}, {1,2}, {3}, {4,5}) t2[${x}][${y}]", "t2[1][2]|t2[3][]|t2[4][5]")]
    [InlineData("~LST({x,y}, 1, {3}) t22 ${x}", "t22 1|t22 3")]
    [InlineData("~LST(v,{a},b) t72[${v}]", "t72[a]|t72[b]")]
    [InlineData("~LST(v,a,,b) t7[${v}]", "t7[a]|t7[]|t7[b]")]
    [InlineData("~LST({x,y},{,2},{ 3 , 4 }) t8[${x}][${y}]", "t8[][2]|t8[3][4]")]
    [InlineData("~LST(v,) t9[${v}]", "t9[]")]
    [InlineData("$L=a, b\n~LST(v,$L) t10 ${v}", "t10 a, b")]
    [InlineData("$L=a\n~LST(v,${L},c) t10 ${v}", "t10 a|t10 c")]
    [InlineData("~SEQ(i,2) ~LST(v,a,b) t4${i}${v}", "t41a|t41b|t42a|t42b")]
    [InlineData("~LST(v,a,b) ~SEQ(i,2) t5${i}${v}", "t51a|t52a|t51b|t52b")]
    [InlineData("~lst(v,a) x", "~lst(v,a) x")]
    public void List_repeats_the_rest_of_its_line(string text, string expected) => Assert.Equal(expected, string.Join('|', new PreprocessedText(text).Lines));

    [Theory]
    [InlineData("~SEQ(i,1,0,6) x", "FLB1508", 13)]
    [InlineData("~SEQ(i,1,-1,6) x", "FLB1508", 14)]
    [InlineData("~SEQ(i,5,1,1) x", "FLB1508", 13)]
    [InlineData("~SEQx(i,-2) x", "FLB1508", 11)]
    [InlineData("~SEQx(i,1,-1) x", "FLB1508", 13)]
    [InlineData("~SEQ(i) x", "FLB1508", 7)]
    [InlineData("~SEQ(i,1,1,2,3) x", "FLB1508", 15)]
    [InlineData("~SEQ(i,x) x", "FLB1508", 9)]
    [InlineData("~SEQ(i,08) x", "FLB1508", 10)]
    [InlineData("~SEQ(i,) x", "FLB1508", 8)]
    [InlineData("~SEQ(,1,2) x", "FLB1508", 10)]
    [InlineData("~SEQ(1i,1,2) x", "FLB1508", 12)]
    [InlineData("~SEQ(i,9223372036854775808) x", "FLB1508", 27)]
    [InlineData("~SEQ(i,1,2 x", "FLB1508", 4)]
    [InlineData("~SEQy(i,2) x", "FLB1508", 4)]
    [InlineData("~LST(v) x", "FLB1509", 7)]
    [InlineData("~LST({x,y}, {1,2,3}) x", "FLB1509", 20)]
    [InlineData("~LST({x,y}, {1) x", "FLB1509", 15)]
    [InlineData("~LST(v,a b) x", "FLB1509", 11)]
    [InlineData("~LST(v,\"c\") x", "FLB1509", 11)]
    [InlineData("~LST v x", "FLB1509", 5)]
    [InlineData("~LST({x,1},a) x", "FLB1509", 13)]
    public void Faulty_one_is_told_and_its_line_left_out(string line, string code, int length)
    {
        var result = new PreprocessedText($"{line}\nafter");
        Assert.Equal(["after"], result.Lines);
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal((code, DiagnosticSeverity.Error, 1, length), (diagnostic.Code, diagnostic.Severity, diagnostic.Span.Column, diagnostic.Span.Length));
    }

    [Fact]
    public void Sequence_to_the_end_of_the_numbers_ends() =>
        Assert.Equal(["x 9223372036854775806", "x 9223372036854775807"], new PreprocessedText("~SEQ(i,9223372036854775806,9223372036854775807) x $i").Lines);
}
