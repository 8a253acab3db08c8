using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;
using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>Every character knows where it came from: its own place, or that of the reference in whose place it was put.</summary>
public sealed class OriginTests
{
    [Fact]
    public void Text_around_a_reference_keeps_its_columns()
    {
        MappedPlace[] places = Places("$A=value\n  x $A, y${A}z w", "xyzw");
        Assert.Equal([("x", 2, 3, 1), ("y", 2, 9, 1), ("z", 2, 14, 1), ("w", 2, 16, 1)], places.Select(p => (p.Text, p.Span.Line, p.Span.Column, p.Span.Length)));
    }

    [Fact]
    public void Text_that_was_put_in_points_to_the_reference_and_knows_its_definition()
    {
        var text = new PreprocessedText("$A=$B\n$B=inner\nx ${A} y");
        SourceSpan span = text.Mapped[0].Span(2, 5);
        Assert.Equal(("main.conf:3:3", 4), (span.ToString(), span.Length));
        Assert.Equal("main.conf:2:4", span.Expansion!.Definition.ToString());
    }

    [Fact]
    public void Lines_of_a_definition_point_to_the_reference_and_know_their_own_place()
    {
        var text = new PreprocessedText("$M=\\\n one \\\n   two x\n\na $M");
        Assert.Equal(["a one", "two x"], text.Lines);
        Assert.Equal("main.conf:5:3", text.Mapped[1].Span(4, 1).ToString());
        Assert.Equal("main.conf:3:4", text.Mapped[1].Span(4, 1).Expansion!.Definition.ToString());
    }

    [Fact]
    public void Number_of_a_sequence_points_to_the_reference_and_knows_the_sequence()
    {
        SourceSpan span = new PreprocessedText("~SEQ(i, 7, 8) x.${i}.y").Mapped[1].Span(2, 1);
        Assert.Equal(("main.conf:1:17", "main.conf:1:1"), (span.ToString(), span.Expansion!.Definition.ToString()));
    }

    [Fact]
    public void Diagnostic_shows_the_reference_and_then_the_definition()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("$ID=router_idd\nglobal_defs {\n ${ID} X\n}", "f");
        Assert.Equal(
            "f:3:2: error: unknown keyword 'router_idd' in global_defs [FLB1101]\n   ${ID} X\n   ^~~~~\n  hint: did you mean 'router_id'?\n  see: f:1:5\n",
            DiagnosticRenderer.Render(result.Diagnostics, result.Source));
    }

    [Fact]
    public void Fault_in_every_round_of_a_sequence_is_told_once()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("global_defs {\n ~SEQ(i, 100) frob\n}", "f");
        Assert.Equal((2, 15), (Assert.Single(result.Diagnostics).Span.Line, result.Diagnostics[0].Span.Column));
    }

    [Fact]
    public void Command_is_read_as_it_was_put_together()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            "$DIR=/usr/local/bin\n$WHO=lb\nvrrp_instance V {\n interface eth0\n virtual_router_id 1\n priority 9\n virtual_ipaddress {\n 192.0.2.1\n }\n notify_master \"${DIR}/n 'a b' \\#c\" $WHO\n}", "f");
        Assert.Equal(["/usr/local/bin/n", "a b", "#c"], result.Configuration!.VrrpInstances[0].Notifications.Master!.Arguments);
        Assert.Equal("lb", result.Configuration.VrrpInstances[0].Notifications.Master!.User!.Name);
    }

    [Fact]
    public void Password_in_a_variable_is_never_shown()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            "$PW=hunter2longer\nvrrp_instance V {\n state MASTER\n interface eth0\n virtual_router_id 1\n authentication {\n auth_type PASS\n auth_pass $PW\n auth_pas $PW\n }\n}", "f");
        Assert.Contains(result.Diagnostics, d => d.Span.Line is 8 or 9);
        Assert.DoesNotContain("hunter2", DiagnosticRenderer.Render(result.Diagnostics, result.Source), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", DiagnosticJson.Render(result.Diagnostics), StringComparison.Ordinal);
    }

    private static MappedPlace[] Places(string text, string characters)
    {
        var result = new PreprocessedText(text);
        return [.. characters.Select(c => new MappedPlace(c.ToString(), result.Mapped[0].Span(result.Mapped[0].Text.IndexOf(c, StringComparison.Ordinal), 1)))];
    }

    private sealed record MappedPlace(string Text, SourceSpan Span);
}
