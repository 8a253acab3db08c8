using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Printing;
using Xunit;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>Statements that change how the lines after them are read. FLB1605 is an include whose files had to be there, FLB1602 and FLB1603 are told of others.</summary>
public sealed class ReadingDirectiveTests
{
    private static readonly (string Path, string? Text)[] Files =
    [
        ("/etc/k/strict.conf", "global_defs { include_check }\ninclude gone1.conf"), ("/etc/k/plain.conf", "include gone2.conf"), ("/etc/k/locked.conf", null),
        ("/etc/k/lax.conf", "global_defs {\n include_check -match\n}\ninclude gone3.conf"),
    ];

    [Theory]
    [InlineData("include gone.conf", "FLB1602")]
    [InlineData("global_defs {\n include_check match\n}\ninclude gone.conf", "FLB1605")]
    [InlineData("global_defs { include_check match }\ninclude gone.conf", "FLB1605")]
    [InlineData("include gone.conf\nglobal_defs {\n include_check match\n}", "FLB1602")]
    [InlineData("global_defs {\n include_check readable\n}\ninclude gone.conf\ninclude locked.conf", "FLB1602", "FLB1605")]
    [InlineData("global_defs {\n include_check\n}\ninclude none*.conf\ninclude locked.conf", "FLB1605", "FLB1605")]
    [InlineData("global_defs {\n include_check wildcard_match\n}\ninclude none*.conf\ninclude gone.conf", "FLB1605", "FLB1602")]
    [InlineData("global_defs {\n include_check\n include_check -match -wildcard_match\n}\ninclude gone.conf\ninclude none*.conf\ninclude locked.conf", "FLB1602", "FLB1603", "FLB1605")]
    [InlineData("global_defs {\n include_check readable + match\n}\ninclude gone.conf", "FLB1605")]
    [InlineData("global_defs {\n include_check +readable\n}\ninclude locked.conf", "FLB1605")]
    [InlineData("global_defs {\n include_check - match\n}\ninclude gone.conf", "FLB1602")]
    [InlineData("global_defs {\n include_check match\n include_check nonsense\n}\ninclude gone.conf", "FLB1605")]
    [InlineData("include strict.conf\ninclude gone.conf", "FLB1605", "FLB1602")]
    [InlineData("global_defs {\n include_check match\n}\ninclude plain.conf\ninclude lax.conf\ninclude gone.conf", "FLB1605", "FLB1602", "FLB1605")]
    public void Include_check_holds_for_what_comes_after_it_in_its_file_and_those_that_it_includes(string text, params string[] codes) =>
        Assert.Equal(codes.Order(StringComparer.Ordinal), new PreprocessedText(text, Files).Codes.Where(code => code is "FLB1602" or "FLB1603" or "FLB1605").Order(StringComparer.Ordinal));

    [Fact]
    public void All_can_be_demanded_from_outside_and_a_second_reading_does_so_too()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("include gone.conf", "main.conf", PreprocessedText.Director(Files) with { DemandsAllIncludes = true });
        Assert.Equal(["FLB1605"], result.Diagnostics.Select(d => d.Code));
        Assert.Equal(result.Diagnostics, ConfigurationLoader.Load(result.Reading).Diagnostics);
    }

    [Fact]
    public void Random_numbers_follow_from_the_seed()
    {
        const string numbers = "${_RANDOM} ${_RANDOM} ${_RANDOM}";
        string[] lines = [.. new PreprocessedText($"a {numbers}\nglobal_defs {{\n random_seed 5\n}}\nb {numbers}\nglobal_defs {{\n random_seed 5\n}}\nb {numbers}").Lines];
        Assert.Equal(lines[4], lines[8]);
        Assert.NotEqual(lines[0][1..], lines[4][1..]);
    }

    [Fact]
    public void They_are_statements_that_are_judged_and_kept()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("global_defs {\n include_check +match -brace_mach\n random_seed 7\n include_check readable\n}\n", "f");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("FLB1203", diagnostic.Code);
        Assert.Contains("did you mean '-brace_match'?", diagnostic.Hint, StringComparison.Ordinal);
        string printed = ConfigurationPrinter.Print(result.Configuration!);
        Assert.Contains("    random_seed 7\n    include_check readable\n", printed, StringComparison.Ordinal);
    }
}
