using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Printing;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;
using FastLb.Configuration.Tests.Preprocessing;
using Xunit;

namespace FastLb.Configuration.Tests.Conformance;

/// <summary>The corpus of configurations as a whole.</summary>
public sealed class CorpusTests
{
    [Fact]
    public void Every_keyword_is_used_in_every_block_that_it_belongs_in()
    {
        HashSet<(BlockContext Context, string Keyword)> used = [];
        foreach (string name in ConformanceCases.Names().Select(row => row.Data)) Collect(Parse(ConformanceCases.Read(name)), used);
        string[] missing = [.. KeywordTable.Entries.Where(entry => !used.Contains((entry.Context, entry.Name))).Select(entry => $"{entry.Context}: {entry.Name}")];
        Assert.True(missing.Length == 0, $"no configuration uses {string.Join(", ", missing)}");
    }

    [Theory]
    [MemberData(nameof(ConformanceCases.Names), MemberType = typeof(ConformanceCases))]
    public void Every_configuration_is_printed_as_one_that_means_the_same(string name)
    {
        if (ConfigurationLoader.Parse(ConformanceCases.Read(name), name).Configuration is not { } configuration) return;
        string printed = ConfigurationPrinter.Print(configuration, SecretPrinting.Reveal);
        Assert.Equal(configuration, ConfigurationLoader.Parse(printed, "printed").Configuration);
    }

    private static BlockSyntax Parse(string text)
    {
        var sources = new SourceFiles(new SourceText(text, "main.conf"));
        var diagnostics = new DiagnosticBag();
        return SyntaxParser.Parse(Lexer.Tokenize(new Preprocessor(sources, PreprocessedText.Director(), diagnostics), sources.Main.End, diagnostics), sources, diagnostics);
    }

    private static void Collect(BlockSyntax block, HashSet<(BlockContext Context, string Keyword)> used)
    {
        foreach (StatementSyntax statement in block.Statements.Where(statement => !statement.IsUnreadable))
        {
            used.Add((block.Context, statement.Keyword.Text));
            foreach (Token word in statement.Words.Skip(1).Where(_ => block.Context is BlockContext.VirtualAddresses or BlockContext.Lines)) used.Add((BlockContext.AddressOption, word.Text));
            if (statement.Block is { } inner) Collect(inner, used);
        }
    }
}
