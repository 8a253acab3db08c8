using FastLb.Configuration.Scripts;
using Xunit;

namespace FastLb.Configuration.Tests.Scripts;

public sealed class CommandWordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  \t ", "")]
    [InlineData("a b\tc", "a|b|c")]
    [InlineData("'a b'c d", "a bc|d")]
    [InlineData("\"a b\"c d", "a bc|d")]
    [InlineData("a'b'\"c\"d", "abcd")]
    [InlineData("'a \"b\" c'", "a \"b\" c")]
    [InlineData("\"a 'b' c\"", "a 'b' c")]
    [InlineData("'' a \"\"", "|a|")]
    [InlineData(@"a\ b", "a b")]
    [InlineData(@"\'\""\\", @"'""\")]
    [InlineData(@"\#\!\q", "#!q")]
    [InlineData(@"\a\b\E\f\n\r\t\v", "\a\b\e\f\n\r\t\v")]
    [InlineData(@"'\t'", "\t")]
    [InlineData(@"\x41\x4a\x4A\xg", "AJJxg")]
    [InlineData(@"\x4142", "B")]
    [InlineData(@"\101\1013\60\178", "AA30\u000F8")]
    [InlineData(@"\501", "A")]
    [InlineData(@"\cA\ca\c[x", "\u0001\u0001\ex")]
    [InlineData(@"\c", "c")]
    [InlineData(@"\x", "x")]
    [InlineData(@"\303\251\xc3\xa9é", "ééé")]
    public void Text_is_split_as_keepalived_splits_it(string text, string words)
    {
        (IReadOnlyList<string> split, CommandFault fault) = CommandWords.Split(text);
        Assert.Equal(CommandFault.None, fault);
        Assert.Equal(words, string.Join('|', split));
    }

    [Theory]
    [InlineData("a 'b", CommandFault.OpenQuote)]
    [InlineData("a \"b'", CommandFault.OpenQuote)]
    [InlineData(@"a 'b\'", CommandFault.OpenQuote)]
    [InlineData(@"a\", CommandFault.TrailingBackslash)]
    [InlineData(@"a\0b", CommandFault.NulCharacter)]
    [InlineData(@"a\400", CommandFault.NulCharacter)]
    [InlineData(@"a\xff", CommandFault.NotUtf8)]
    [InlineData(@"a\303 \251", CommandFault.NotUtf8)]
    internal void Text_that_cannot_be_split_says_why(string text, CommandFault expected)
    {
        (IReadOnlyList<string> split, CommandFault fault) = CommandWords.Split(text);
        Assert.Equal(expected, fault);
        Assert.Empty(split);
    }
}
