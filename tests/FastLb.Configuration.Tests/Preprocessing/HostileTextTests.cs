using System.Text;
using CsCheck;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Printing;
using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>No text makes the preprocessor fail, hang or fill the memory. FASTLB_PREPROCESSOR_FUZZ sets the number of mutated texts.</summary>
public sealed class HostileTextTests
{
    private const string IterationsVariable = "FASTLB_PREPROCESSOR_FUZZ";

    private static readonly string[] Corpus =
    [
        "$VIP=192.0.2.1\n$SERVERS= \\\n real_server 192.0.2.${n} 80 { \\\n weight ${W} \\\n }\n\n$W=3\nvirtual_server ${VIP} 80 {\n lb_kind DR\n ~SEQ(n, 10, 12) $SERVERS\n}\n",
        "include d1/{a,b*}.conf\n@main global_defs {\n@^main global_defs { # no\n router_id ${_INSTANCE}${_HASH}\n}\n~LST({x,y}, {1,2}, {3}) k${x} \"$y\"\n",
        "$A=$B ${C}\n$B=${C},$C)\n$C=x\n$D=~SEQx(i, 1, 3)\n$D $A ${i} { @main y } $E=5\n ~SEQ(i,2) ~SEQ(j,$i) $M\n$M=\\\n a${i} \\\n $N \\\n b\n\n$N= \\\n \"c # d\" \\\n e\\#f\n",
    ];

    private static readonly string[] Pieces =
    [
        "$", "{", "}", "${", "$A", "${A}", "$A=", "$A=\\\n", "\\\n", "\n", "\\", "\"", "#", "@", "@main ", "@^", "~SEQ(", "~SEQx(i,1,3) ", "~SEQ(i,1,1000000000) ", "~LST(", "~LST({x,y},{1,2}) ", ")", ",",
        "include ", "include main.conf", "include d1/a.conf", "include *", "${_RANDOM", " 1 2}", "${_ENV SITE}", "$_PWD", "$M\n", "$M=\\\n $M \\\n $M\n", "$A=${A}${A}\n", " ", "\t", "\0", "\uFEFF", "é", "\r\n",
    ];

    private static readonly (string Path, string? Text)[] Files = [("/etc/k/d1/a.conf", Corpus[2]), ("/etc/k/d1/b1.conf", "include ../main.conf\n$A=1\n"), ("/etc/k/d1/c.conf", null)];

    private static readonly Gen<string> Mutated =
        from text in Pick(Corpus)
        from edits in Gen.Select(Gen.Double[0, 1], Gen.Int[0, 20], Pick(Pieces)).Array[1, 8]
        select edits.Aggregate(text, (current, edit) =>
        {
            int at = (int)(edit.Item1 * current.Length);
            return current[..at] + edit.Item3 + current[Math.Min(current.Length, at + edit.Item2)..];
        });

    private static int Iterations => int.TryParse(Environment.GetEnvironmentVariable(IterationsVariable), out int count) ? count : 2000;

    [Fact]
    public void Mutated_texts_are_read_without_an_exception() => Mutated.Sample(ReadAndCheck, iter: Iterations);

    [Fact]
    public void Any_pieces_are_read_without_an_exception() => Pick(Pieces).Array[0, 40].Select(string.Concat).Sample(ReadAndCheck, iter: Iterations);

    [Theory]
    [InlineData("$A=$A\nx $A\ny", "FLB1506")]
    [InlineData("$A=$A\n$A\ny", "FLB1506")]
    [InlineData("$A=$B\n$B=$A\nx ${A}\ny", "FLB1506")]
    [InlineData("$A=${A}${A}\nx ${A}\ny", "FLB1507")]
    [InlineData("~SEQ(x,1,1000000000) $x\ny", "FLB1507")]
    [InlineData("~SEQ(x,-9223372036854775807,9223372036854775807) $x\ny", "FLB1507")]
    public void Line_without_an_end_is_left_out(string text, string code)
    {
        var result = new PreprocessedText(text);
        Assert.Equal(["y"], result.Lines);
        Assert.Equal([code], result.Codes);
        Assert.False(ConfigurationLoader.Parse(text, "f").CanRun);
    }

    [Theory]
    [InlineData("$M=\\\n a \\\n $M\n\n$M\ny", "FLB1506")]
    [InlineData("$M=\\\n $M \\\n $M\n\n$M\ny", "FLB1506")]
    [InlineData("$M=\\\n ~SEQ(i,2) $M \\\n a\n\n$M\ny", "FLB1506")]
    [InlineData("~SEQ(a,1000) ~SEQ(b,1000) ~SEQ(c,1000) x\ny", "FLB1507")]
    public void Lines_without_an_end_end_the_reading(string text, string code)
    {
        var result = new PreprocessedText(text);
        Assert.True(result.IsGivenUp);
        Assert.DoesNotContain("y", result.Lines);
        Assert.Equal([code], result.Codes.Distinct(StringComparer.Ordinal));
        Assert.Null(ConfigurationLoader.Parse(text, "f").Configuration);
    }

    [Fact]
    public void Definitions_that_double_are_cut_off()
    {
        var text = new StringBuilder("$V0=xxxxxxxxxx\n");
        for (int i = 1; i <= 40; i++) text.Append($"$V{i}=${{V{i - 1}}}${{V{i - 1}}}\n");
        var result = new PreprocessedText($"{text}k ${{V40}}\ny");
        Assert.Equal(["y"], result.Lines);
        Assert.Equal(["FLB1507"], result.Codes);
    }

    [Fact]
    public void Definitions_of_lines_that_double_are_cut_off()
    {
        var text = new StringBuilder("$V0=\\\n a \\\n b\n");
        for (int i = 1; i <= 40; i++) text.Append($"$V{i}=\\\n $V{i - 1} \\\n $V{i - 1}\n");
        var result = new PreprocessedText($"{text}$V40\n");
        Assert.True(result.IsGivenUp);
        Assert.Equal(["FLB1507"], result.Codes);
        Assert.InRange(result.Mapped.Count, 1, 2 * ExpansionBudget.MaximumLines);
    }

    [Fact]
    public void Files_that_include_each_other_twice_are_cut_off()
    {
        (string, string?)[] files = [.. Enumerable.Range(0, 60).Select(i => ($"/etc/k/f{i}.conf", (string?)$"include f{i + 1}.conf\ninclude f{i + 1}.conf\n"))];
        var result = new PreprocessedText("include f0.conf", files);
        Assert.Contains("FLB1607", result.Codes);
        Assert.Empty(result.Lines);
    }

    [Fact]
    public void Braces_that_multiply_names_are_cut_off() =>
        Assert.Equal(["FLB1607"], new PreprocessedText($"include {string.Concat(Enumerable.Repeat("{a,b}", 60))}").Codes);

    [Fact]
    public void Megabyte_of_any_piece_is_preprocessed()
    {
        const int Size = 1 << 20, SizeToBind = 1 << 14;
        string[] pieces =
        [
            "$", "$a", "$A ", "${A}", "${A", "${_ENV ", "{@^x ", "{@x", "{$a=", "{~SEQ(", "{~SEQ(i,1,1) x", "{include ", "{include", "@^x ", "~SEQ(i,1) ", "\\", "\\#", "\\ ", "\"", "$A=1\n", "x $A y\n", "$B=\\\n", "x ${A} ${A} ${A}\n",
            "include x\n", "~LST(v,a,b) x\n", "include {", "include *", "k { a }\n",
        ];
        foreach (string piece in pieces)
        {
            Assert.NotNull(new PreprocessedText("$A=1\n" + string.Concat(Enumerable.Repeat(piece, Size / piece.Length)), Files).Lines);
            ReadAndCheck("$A=1\n" + string.Concat(Enumerable.Repeat(piece, SizeToBind / piece.Length)));
        }
    }

    private static void ReadAndCheck(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "main.conf", PreprocessedText.Director(Files));
        foreach (Diagnostic d in result.Diagnostics)
        {
            string line = result.Source.Line(d.Span);
            Assert.InRange(d.Span.Column, 1, line.Length + 1);
            Assert.InRange(d.Span.EndColumn, d.Span.Column, line.Length + 1);
        }

        Assert.Equal(result.Diagnostics.IsEmpty, DiagnosticRenderer.Render(result.Diagnostics.Take(100), result.Source).Length == 0);
        if (result.Configuration is not { } configuration) return;
        string printed = ConfigurationPrinter.Print(configuration, SecretPrinting.Reveal);
        Assert.Equal(configuration, ConfigurationLoader.Parse(printed, "printed").Configuration);
    }

    private static Gen<string> Pick(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);
}
