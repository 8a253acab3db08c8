using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Preprocessing;
using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>Includes, as observed with keepalived 2.2.7 where it is not said otherwise.</summary>
public sealed class IncludeTests
{
    private static readonly (string Path, string? Text)[] Files =
    [
        ("/etc/k/d1/a.conf", "A ${_PWD}\ninclude b.conf\n$FROMA=x"), ("/etc/k/d1/b.conf", "B ${_PWD}"), ("/etc/k/d1/.hidden.conf", "H"), ("/etc/k/d1/locked.txt", null),
        ("/etc/k/d2/b.conf", "B2"), ("/etc/k/open.conf", "k {\n@other no"), ("/etc/k/with blank.conf", "W"), ("/etc/k/cycle.conf", "c\ninclude ./cycle.conf\nd"),
        ("/etc/k/p.conf", "p\ninclude q.conf"), ("/etc/k/q.conf", "q\ninclude d1/../p.conf"), ("/abs/x.conf", "X ${_PWD}"), ("/etc/k/def.conf", "$A=\\\n a1 \\"),
    ];

    [Theory]
    [InlineData("include d1/b.conf", "B /etc/k/d1")]
    [InlineData("include d1/a.conf\nP $FROMA ${_PWD}", "A /etc/k/d1|B /etc/k/d1|P x /etc/k")]
    [InlineData("include {d1/b,d1/a}.conf", "B /etc/k/d1|A /etc/k/d1|B /etc/k/d1")]
    [InlineData("include d1/[ab].conf", "A /etc/k/d1|B /etc/k/d1|B /etc/k/d1")]
    [InlineData("include d1/*.conf", "A /etc/k/d1|B /etc/k/d1|B /etc/k/d1")]
    [InlineData("include d1/.h*", "H")]
    [InlineData("include d?/b.conf", "B /etc/k/d1|B2")]
    [InlineData("include /etc/k/d2/*", "B2")]
    [InlineData("include /abs/x.conf", "X /abs")]
    [InlineData("  include\td2/b.conf # comment", "B2")]
    [InlineData("@main include d2/b.conf", "B2")]
    [InlineData("@other include d2/b.conf\nx", "x")]
    [InlineData("$W=d2\ninclude ${_PWD}/$W/b.conf", "include ${_PWD}/$W/b.conf")]
    [InlineData("$W=d2\ninclude ${_PWD}/${W}/b.conf", "B2")]
    [InlineData("~SEQ(i,2,2) include d${i}/b.conf", "B2")]
    [InlineData("k { include d2/b.conf", "k {|B2")]
    [InlineData("include with blank.conf", "W")]
    [InlineData("include open.conf\n}", "k {|}")]
    [InlineData("$M=\\\n x1 \\\n include d2/b.conf \\\n x2\n$M\ny", "x1|B2|x2|y")]
    [InlineData("include def.conf\nx $A", "x a1")]
    [InlineData("include", "include")]
    [InlineData("includex d2/b.conf", "includex d2/b.conf")]
    [InlineData("includer d2/b.conf\nincludem d2/b.conf\nincludew d2/*\nincludeb d{1,2}/b.conf\nincludea d2/b.conf", "B2|B2|B2|B /etc/k/d1|B2|B2")]
    public void Lines_of_included_files_are_read_in_its_place(string text, string expected)
    {
        string lines = string.Join('|', new PreprocessedText(text, Files).Lines);
        Assert.Equal(expected == "include ${_PWD}/$W/b.conf" ? string.Empty : expected, lines);
    }

    [Theory]
    [InlineData("include nofile.conf", "FLB1602")]
    [InlineData("include nodir/x.conf", "FLB1602")]
    [InlineData("include nodir/*.conf", "FLB1602")]
    [InlineData("include d1/{b,zz}.conf", "FLB1602")]
    [InlineData("include \"d1/b.conf\"", "FLB1602")]
    [InlineData("include d1/a.conf d1/b.conf", "FLB1602")]
    [InlineData("include d1/*.nomatch", "FLB1603")]
    [InlineData("include *.nomatch", "FLB1603")]
    [InlineData("include d1", "FLB1604")]
    [InlineData("include d1/locked.txt", "FLB1604")]
    [InlineData("includer d1/locked.txt", "FLB1605")]
    [InlineData("includer nofile.conf", "FLB1602")]
    [InlineData("includem nofile.conf", "FLB1605")]
    [InlineData("includem d1/*.nomatch", "FLB1603")]
    [InlineData("includew d1/*.nomatch", "FLB1605")]
    [InlineData("includew nofile.conf", "FLB1605")]
    [InlineData("includeb d1/{b,zz}.conf", "FLB1605")]
    [InlineData("includeb nofile.conf", "FLB1602")]
    [InlineData("includea d1/{b,zz*}.conf", "FLB1605")]
    [InlineData("include cycle.conf", "FLB1606")]
    [InlineData("include p.conf", "FLB1606")]
    public void What_is_not_found_is_told(string line, string code) => Assert.Equal([code], new PreprocessedText(line, Files).Codes);

    [Fact]
    public void Required_file_that_is_missing_leaves_no_configuration()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("includem nofile.conf", "main.conf", PreprocessedText.Director(Files));
        Assert.Equal((6, 6), (result.CheckExitStatus, result.RunExitStatus));
    }

    [Fact]
    public void Missing_file_of_a_plain_include_is_a_warning_and_the_director_starts()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("include nofile.conf", "main.conf", PreprocessedText.Director(Files));
        Assert.Equal((5, 0), (result.CheckExitStatus, result.RunExitStatus));
        Assert.Equal("main.conf:1:9: warning: there is no file 'nofile.conf' [FLB1602]\n  include nofile.conf\n          ^~~~~~~~~~~\n", DiagnosticRenderer.Render(result.Diagnostics, result.Source));
    }

    [Fact]
    public void File_that_includes_itself_is_read_once()
    {
        var result = new PreprocessedText("include cycle.conf", Files);
        Assert.Equal(["c", "d"], result.Lines);
        Assert.Equal(("cycle.conf", 2), (result.Diagnostics[0].Span.File, result.Diagnostics[0].Span.Line));
    }

    [Fact]
    public void Fault_of_an_included_file_is_shown_with_its_line()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            "global_defs {\n include sub/g.conf\n frob\n}", "/etc/k/main.conf", PreprocessedText.Director(("/etc/k/sub/g.conf", "# first\n router_idd X\n")));
        Assert.Equal(
            "/etc/k/main.conf:3:2: error: unknown keyword 'frob' in global_defs [FLB1101]\n   frob\n   ^~~~\n" +
            "/etc/k/sub/g.conf:2:2: error: unknown keyword 'router_idd' in global_defs [FLB1101]\n   router_idd X\n   ^~~~~~~~~~\n  hint: did you mean 'router_id'?\n",
            DiagnosticRenderer.Render(result.Diagnostics, result.Source));
        Assert.Contains("\"file\": \"/etc/k/sub/g.conf\"", DiagnosticJson.Render(result.Diagnostics), StringComparison.Ordinal);
    }

    [Fact]
    public void Block_left_open_in_an_included_file_is_told_there()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("include g.conf\nvrrp_script x {\n}\n", "main.conf", PreprocessedText.Director(("/etc/k/g.conf", "global_defs {\n")));
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Code == "FLB1006");
        Assert.Equal(("g.conf", 1, "a '}' is missing before 'vrrp_script' on line 2 of main.conf"), (diagnostic.Span.File, diagnostic.Span.Line, diagnostic.Hint));
    }

    [Fact]
    public void Same_is_read_again_from_the_record_when_all_files_are_gone()
    {
        const string Text = "include d1/*.conf\nglobal_defs {\n router_id ${_ENV SITE}-${_INSTANCE}-${_RANDOM}\n include nofile.conf\n}";
        ConfigurationResult first = ConfigurationLoader.Parse(Text, "main.conf", PreprocessedText.Director(Files));
        ReadingRecord record = ReadingRecord.FromJson(first.Reading.ToJson())!;
        ConfigurationResult again = ConfigurationLoader.Load(record);
        Assert.Equal(first.Configuration, again.Configuration);
        Assert.Equal(first.Diagnostics, again.Diagnostics);
        Assert.StartsWith("north-main-", again.Configuration!.Global.RouterId, StringComparison.Ordinal);
        Assert.Equal(["/etc/k/main.conf"], record.Files.Keys.Where(k => k.Contains("main", StringComparison.Ordinal)).Select(k => Path.GetFullPath(k, record.WorkingDirectory)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    public void What_is_no_record_is_none(string json) => Assert.Null(ReadingRecord.FromJson(json));

    [Theory]
    [InlineData("*.conf", "a.conf", true)]
    [InlineData("*.conf", ".conf", false)]
    [InlineData(".*", ".conf", true)]
    [InlineData("?.conf", "ab.conf", false)]
    [InlineData("[!a-c]x", "dx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[]]", "]", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void Patterns_match_as_in_the_shell(string pattern, string name, bool matches) => Assert.Equal(matches, FileNamePattern.Matches(pattern, name));

    [Theory]
    [InlineData("a{b,c}d", "abd|acd")]
    [InlineData("{a,b{c,d}}.conf", "a.conf|bc.conf|bd.conf")]
    [InlineData("{a,b}{1,2}", "a1|a2|b1|b2")]
    [InlineData("{}x", "{}x")]
    [InlineData("a{b", "a{b")]
    [InlineData("a\\{b,c}", "a\\{b,c}")]
    [InlineData("{a,}", "a|")]
    public void Braces_stand_for_alternatives(string pattern, string expected) => Assert.Equal(expected, string.Join('|', BraceAlternatives.Of(pattern)));
}
