using System.Text;
using FastLb.Native.Patterns;

namespace FastLb.Native.Tests.Patterns;

public sealed class CompiledPatternTests
{
    private const uint Caseless = 0x8, Utf = 0x80000; // pcre2.h

    [Theory]
    [InlineData("b+", 0u, "aabbb", 0u, 2L)]
    [InlineData("B", 0u, "aabbb", 0u, null)]
    [InlineData("B", Caseless, "aabbb", 0u, 2L)]
    [InlineData("b", 0u, "aabbb", 4u, 4L)]
    [InlineData("b", 0u, "aabbb", 5u, null)]
    [InlineData("b", 0u, "aabbb", 100u, null)]
    [InlineData("^$", 0u, "", 0u, 0L)]
    [InlineData("x", 0u, "", 0u, null)]
    [InlineData("(?<=a)b++", 0u, "ab", 1u, 1L)]
    [InlineData("^.b", Utf, "üb", 0u, 0L)]
    [InlineData("^.b", 0u, "üb", 0u, null)] // two bytes
    public void A_match_is_found_where_it_begins(string pattern, uint options, string subject, uint start, long? place)
    {
        using var compiled = CompiledPattern.Compile(pattern, options);
        Assert.Equal(place, compiled.Find(Encoding.UTF8.GetBytes(subject), start, null));
        Assert.Equal(place, compiled.Find(Encoding.UTF8.GetBytes(subject), start, (4096, 1 << 20)));
    }

    [Theory]
    [InlineData("a(", "missing closing parenthesis, after 'a('")]
    [InlineData("[b-a]", "range out of order in character class, after '[b-'")]
    public void What_is_no_expression_is_told_with_its_place(string pattern, string fault) =>
        Assert.Equal(fault, Assert.Throws<PatternException>(() => CompiledPattern.Compile(pattern, 0)).Message);

    [Fact]
    public void A_search_that_takes_too_long_is_given_up()
    {
        using var compiled = CompiledPattern.Compile("^(?:(a+)+)+[cd]", 0);
        Assert.Throws<PatternException>(() => compiled.Find(Encoding.UTF8.GetBytes(new string('a', 60) + "b"), 0, null));
    }

    [Fact]
    public void What_is_no_text_is_not_searched()
    {
        using var compiled = CompiledPattern.Compile("a", Utf);
        Assert.Throws<PatternException>(() => compiled.Find([0xFF, (byte)'a'], 0, null));
    }

    [Fact]
    public async Task Threads_search_side_by_side()
    {
        using var compiled = CompiledPattern.Compile("x+(y)z", 0);
        byte[] subject = Encoding.ASCII.GetBytes(new string('-', 5000) + "xxyz");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 1000; i++)
                Assert.Equal(5000, compiled.Find(subject, 0, null));
        })));
    }
}
