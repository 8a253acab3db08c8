using System.Text.Json;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;
using Xunit;

namespace FastLb.Configuration.Tests.Diagnostics;

public sealed class DiagnosticRendererTests
{
    [Fact]
    public void Span_is_underlined_and_hint_follows()
    {
        string text = Render("global_defs {\n\trouter_idd X\n}");
        Assert.Equal("f:2:2: error: unknown keyword 'router_idd' in global_defs [FLB1101]\n  \trouter_idd X\n  \t^~~~~~~~~~\n  hint: did you mean 'router_id'?\n", text);
    }

    [Fact]
    public void Wide_characters_keep_the_underline_in_place()
    {
        var source = new SourceText("网卡 abc", "f");
        var diagnostic = new Diagnostic(DiagnosticCatalog.UnknownKeyword, source.Span(1, 4, 3), "m");
        Assert.Equal("f:1:4: error: m [FLB1101]\n  网卡 abc\n       ^~~\n", DiagnosticRenderer.Render(diagnostic, new SourceFiles(source)));
    }

    [Fact]
    public void Long_line_is_cut_around_the_span()
    {
        var source = new SourceText(new string('a', 5000) + "XYZ" + new string('b', 5000), "f");
        string[] lines = DiagnosticRenderer.Render(new Diagnostic(DiagnosticCatalog.UnknownKeyword, source.Span(1, 5001, 3), "m"), new SourceFiles(source)).Split('\n');
        Assert.True(lines[1].Length < 150, $"the line has {lines[1].Length} characters");
        Assert.Equal(lines[1].IndexOf("XYZ", StringComparison.Ordinal), lines[2].IndexOf('^', StringComparison.Ordinal));
        Assert.EndsWith("^~~", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Span_beyond_the_line_points_at_its_end()
    {
        var source = new SourceText("abc", "f");
        Assert.Equal("f:1:4: error: m [FLB1101]\n  abc\n     ^\n", DiagnosticRenderer.Render(new Diagnostic(DiagnosticCatalog.UnknownKeyword, source.End, "m"), new SourceFiles(source)));
    }

    [Fact]
    public void Control_characters_do_not_reach_the_terminal() => Assert.DoesNotContain('\u001b', Render("global_defs {\n \u001b[31mfrob x\u001b\n}").Split('\n')[1]);

    [Theory]
    [InlineData("auth_pass hunter2 surplus")]
    [InlineData("auth_pas hunter2")]
    [InlineData("auth_passwd hunter2")]
    [InlineData("auth_pass hunter2longer")]
    [InlineData("auth_pass “hunter2”")]
    [InlineData("auth_pass $hunter2")]
    [InlineData("auth_pass \"hunter2")]
    public void Password_is_never_shown(string line)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            $"vrrp_instance V {{\n state MASTER\n interface eth0\n virtual_router_id 1\n authentication {{\n auth_type PASS\n {line}\n }}\n}}", "f");
        Assert.Contains(result.Diagnostics, d => d.Span.Line == 7);
        Assert.DoesNotContain("hunter2", DiagnosticRenderer.Render(result.Diagnostics, result.Source), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", DiagnosticJson.Render(result.Diagnostics), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Configuration!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_what_an_editor_needs()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("global_defs {\n\trouter_idd X\n}", "f");
        using JsonDocument json = JsonDocument.Parse(DiagnosticJson.Render(result.Diagnostics));
        JsonElement entry = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal(
            ("f", 2, 2, 10, "error", "FLB1101", "did you mean 'router_id'?", false),
            (entry.GetProperty("file").GetString(), entry.GetProperty("line").GetInt32(), entry.GetProperty("column").GetInt32(), entry.GetProperty("length").GetInt32(),
                entry.GetProperty("severity").GetString(), entry.GetProperty("code").GetString(), entry.GetProperty("hint").GetString(), entry.GetProperty("stopsRun").GetBoolean()));
    }

    [Fact]
    public void Codes_are_unique()
    {
        IEnumerable<string> codes = typeof(DiagnosticCatalog).GetFields().Select(f => ((DiagnosticDescriptor)f.GetValue(null)!).Code).ToArray();
        Assert.Equal(codes.Distinct(StringComparer.Ordinal), codes);
    }

    private static string Render(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "f");
        return DiagnosticRenderer.Render(result.Diagnostics, result.Source);
    }
}
