using CsCheck;
using FastLb.Dataplane.Defence;

namespace FastLb.Dataplane.Tests.Defence;

public sealed class ClientFilterTests
{
    /// <summary>Prefixes within prefixes, side by side and at both ends of all addresses: few bits vary, so that they meet.</summary>
    [Fact]
    public void Longest_prefix_decides() =>
        Gen.Select(Gen.UInt[0, 31], Gen.Int[0, 32], Gen.Bool).Array[0, 60].Select(Gen.UInt.Array[50]).Sample(
            (drawn, addresses) =>
            {
                ClientRule[] rules = [.. drawn.Select(rule => RuleOf(rule.Item1, rule.Item2, rule.Item3))];
                var filter = new ClientFilter(rules);
                IEnumerable<uint> edges = rules.SelectMany(rule => (uint[])[rule.Address, rule.Address - 1, EndOf(rule), EndOf(rule) + 1]);
                foreach (uint address in addresses.Concat(edges))
                    Assert.Equal(Denies(rules, address), filter.Denies(address));
            },
            iter: 500);

    [Fact]
    public void Many_thousand_addresses_are_told_from_their_neighbours()
    {
        ClientRule[] rules = [.. Enumerable.Range(0, 100_000).Select(number => new ClientRule(0x0A00_0000 + ((uint)number * 2), 32, IsDenied: true))];
        var filter = new ClientFilter(rules);

        foreach (ClientRule rule in rules)
            Assert.True(filter.Denies(rule.Address) && !filter.Denies(rule.Address + 1));
        Assert.False(filter.Denies(0) || filter.Denies(uint.MaxValue));
    }

    private static ClientRule RuleOf(uint pattern, int length, bool isDenied)
    {
        uint address = (pattern << 27) | (pattern << 14) | pattern; // the same five bits at three places
        return new ClientRule(length == 0 ? 0 : address & (uint.MaxValue << (32 - length)), length, isDenied);
    }

    private static uint EndOf(ClientRule rule) => (uint)(rule.Address + (1ul << (32 - rule.Length)) - 1);

    private static bool Denies(ClientRule[] rules, uint address) => rules
        .Where(rule => rule.Length == 0 || (address ^ rule.Address) >> (32 - rule.Length) == 0)
        .Select((rule, place) => (rule, place))
        .OrderBy(match => match.rule.Length).ThenBy(match => match.place)
        .Select(match => match.rule.IsDenied).LastOrDefault();
}
