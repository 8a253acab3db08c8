using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>Definitions and references to them. What is not marked otherwise was observed with keepalived 2.2.7.</summary>
public sealed class DefinitionTests
{
    private const string Values = "$A=aval\n$B=$A.x ${A}y\n$D=$A ${A}y\n$E=\n$REF=$\n$Q=\"quoted # x\"\n $C= spaced  value  \n";

    [Theory]
    [InlineData("k2 x$A, y$A) $A;", "k2 xaval, yaval) $A;")]
    [InlineData("k3 $A.z", "k3 $A.z")]
    [InlineData("k4 ${A}z", "k4 avalz")]
    [InlineData("k5 \"q $A\"", "k5 \"q $A\"")]
    [InlineData("k5 \"q ${A}\" \"$A x\"", "k5 \"q aval\" \"aval x\"")]
    [InlineData("k6 $B", "k6 $A.x avaly")]
    [InlineData("k6b $D", "k6b aval avaly")]
    [InlineData("k7 $UNDEF z", "k7 $UNDEF z")]
    [InlineData("k8 [$E]", "k8 [$E]")]
    [InlineData("k9 ${E}end", "k9 end")]
    [InlineData("k10 [${C}]", "k10 [spaced  value]")]
    [InlineData("${REF}{A}", "aval")]
    [InlineData("x ${$A}", "x ${$A}")]
    [InlineData("$(A)", "$(A)")]
    [InlineData("$A$A$A", "$A$Aaval")]
    [InlineData("${A}${A}", "avalaval")]
    [InlineData("$1 $ $$A ]", "$1 $ $aval ]")]
    [InlineData("$Q", "\"quoted # x\"")]
    [InlineData("$A =5", "aval =5")]
    [InlineData("x $A=5", "x $A=5")]
    [InlineData("$A=new\nk $A", "k new")]
    [InlineData("$E", "")]
    public void Reference_is_replaced(string line, string expected) => Assert.Equal(expected, string.Join('|', new PreprocessedText(Values + line).Lines));

    [Fact]
    public void Value_is_expanded_where_it_is_used() => Assert.Equal(["a 1", "a 2"], new PreprocessedText("$X=$Y\n$Y=1\na $X\n$Y=2\na $X").Lines);

    [Theory]
    [InlineData("$M=first \\\n second \\\n third\n$M", "first|second|third")]
    [InlineData("$M= \\\n one # comment \\\n two \\\n\\\n three \\\n # only comment \\\n four \\   \n five\n$M", "one|two|three|four|five")]
    [InlineData("$M=\\\n m1 \\\n m2\nk $M\nlast", "k m1|m2|last")]
    [InlineData("$M=\\\n m1 \\\n m2\na${M}", "am1|m2")]
    [InlineData("$M=\\\n m1 \\\n m2\nk { $M", "k { m1|m2")]
    [InlineData("$M=\\\n m1 \\\n m2\nk $M x", "k $M x")]
    [InlineData("$X= \\\n a1 \\\n\n b1\n$X", "b1|a1")]
    [InlineData("$X= \\\n a1 \\\n   \n b1\n$X", "b1|a1")]
    [InlineData("$M=\\\n m1\nk $M x", "k m1 x")]
    [InlineData("$E= \\\n\n$E\nafter", "after")]
    [InlineData("$IN= \\\n i1 \\\n i2\n$OUT= \\\n o1 \\\n $IN \\\n o2\n$OUT", "o1|i1|i2|o2")]
    [InlineData("$IN= \\\n i1 \\\n i2\n$OUT= \\\n $IN\n~SEQ(i,2) $OUT", "i1|i2|i1|i2")]
    [InlineData("$N= \\\n n1${i} \\\n n2${i}\n~SEQ(i,2) $N", "n11|n21|n12|n22")]
    [InlineData("$M= \\\n x1 \\\n @other x2 \\\n @main x3 \\\n $Z=zz \\\n $Z x4 \\\n ~SEQ(i,2) x5${i} \\\n x6\n$M", "x1|x3|zz x4|x51|x52|x6")]
    [InlineData("@main $CM= \\\n cm1 \\\n cm2\n$CM", "cm1|cm2")]
    [InlineData("$E=\\\n eof1 \\", "")]
    [InlineData("$BR={ y }\nk8 $BR", "k8 { y }")]
    [InlineData("k2 { $A=5\n a ${A} } $B=6\nb ${B}", "k2 {|a 5 }|b 6")]
    public void Lines_of_a_definition_are_read_in_its_place(string text, string expected) => Assert.Equal(expected, string.Join('|', new PreprocessedText(text).Lines));

    [Theory]
    [InlineData("k ${X} {", "FLB1503", 3, 4)]
    [InlineData("k \"${X}\"", "FLB1502", 4, 4)]
    [InlineData("k $X", "FLB1502", 3, 2)]
    [InlineData("$A=1\nk $A/24", "FLB1504", 3, 2)]
    [InlineData("$A=1\nk \"x $A\"", "FLB1504", 6, 2)]
    [InlineData("$A=\\\n 1 \\\n 2\nk $A x", "FLB1505", 3, 2)]
    public void Reference_that_is_not_replaced_is_told(string text, string code, int column, int length)
    {
        var result = new PreprocessedText(text);
        Assert.Equal([(code, column, length)], result.Diagnostics.Select(d => (d.Code, d.Span.Column, d.Span.Length)));
    }

    [Theory]
    [InlineData("i ${_INSTANCE} $_INSTANCE", "i main main")]
    [InlineData("p $_PWD", "p /etc/k")]
    [InlineData("$_PWD=over\np ${_PWD}", "p over")]
    [InlineData("e ${_ENV SITE}", "e north")]
    [InlineData("r ${_RANDOM 5 5}", "r 5")]
    [InlineData("r ${_RANDOM 32767}", "r 32767")]
    [InlineData("r ${_RANDOM -3 -3}", "r -3")]
    public void Predefined_variables_have_values(string line, string expected) => Assert.Equal([expected], new PreprocessedText(line).Lines);

    [Fact]
    public void Random_numbers_are_within_their_range_and_repeat_with_their_seed()
    {
        string[] lines = [.. new PreprocessedText("~SEQ(i,500) ${_RANDOM 3 9}").Lines], again = [.. new PreprocessedText("~SEQ(i,500) ${_RANDOM 3 9}").Lines];
        Assert.Equal(["3", "4", "5", "6", "7", "8", "9"], lines.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(lines, again);
        Assert.All(new PreprocessedText("~SEQ(i,500) $_RANDOM").Lines, line => Assert.InRange(int.Parse(line, System.Globalization.CultureInfo.InvariantCulture), 0, 32767));
    }

    [Theory]
    [InlineData("x ${_ENV NONE}", "x ", "FLB1510")]
    [InlineData("x ${_RANDOM 9 3}", "x 0", "FLB1511")]
    [InlineData("x ${_RANDOM a}", "x 0", "FLB1511")]
    [InlineData("x ${_RANDOM 1 2 3}", "x 0", "FLB1511")]
    [InlineData("x ${_ENV}", "x ${_ENV}", "FLB1503")]
    [InlineData("x $_ENV", "x $_ENV", "FLB1502")]
    public void Predefined_variable_without_a_value_is_told(string line, string expected, string code)
    {
        var result = new PreprocessedText(line);
        Assert.Equal([expected], result.Lines);
        Assert.Equal([code], result.Codes);
    }
}
