using FastLb.Configuration.Keywords;
using Xunit;

namespace FastLb.Configuration.Tests.Keywords;

public sealed class KeywordReferenceTests
{
    [Fact]
    public void Every_keyword_is_described() =>
        Assert.Empty(KeywordTable.Entries.Where(entry => KeywordDescriptions.Find(entry.Context, entry.Name) is null).Select(entry => $"{entry.Context} {entry.Name}"));

    [Fact]
    public void Nothing_is_described_that_is_no_keyword() => Assert.Empty(KeywordDescriptions.Places
        .Where(place => place.Context is { } context ? KeywordTable.Find(context, place.Keyword) is null : KeywordTable.Places(place.Keyword).IsEmpty).Select(place => $"{place.Context} {place.Keyword}"));

    [Fact]
    public void Documentation_is_what_the_table_says()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "docs", "configuration.md");
        Assert.True(
            File.ReadAllText(file) == KeywordReference.RenderMarkdown(), "docs/configuration.md is not what 'bin/fastlb keyword --markdown' writes: write it anew with 'bin/fastlb keyword --markdown >docs/configuration.md'");
    }

    [Fact]
    public void Keyword_is_told_in_all_its_places()
    {
        string text = KeywordReference.RenderKeyword("weight")!;
        Assert.Contains("weight WEIGHT   (in virtual_server)\n    weight of servers that set none; default 1\n    WEIGHT: a whole number from 1 to 2147483647\n    yes\n", text, StringComparison.Ordinal);
        Assert.Contains("(in real_server)", text, StringComparison.Ordinal);
        Assert.Contains("(in FILE_CHECK)", text, StringComparison.Ordinal);
        Assert.Null(KeywordReference.RenderKeyword("weigth"));
        Assert.Equal("weight", KeywordReference.Nearest("weigth"));
    }
}
