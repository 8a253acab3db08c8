using FastLb.Configuration.Keywords;
using Xunit;

namespace FastLb.Configuration.Tests.Keywords;

public sealed class KeywordTableTests
{
    private static readonly Dictionary<string, BlockContext> BlocksByKeyword = new(StringComparer.Ordinal)
    {
        ["root"] = BlockContext.Root,
        ["global_defs"] = BlockContext.GlobalDefinitions,
        ["vrrp_instance"] = BlockContext.VrrpInstance,
        ["virtual_server"] = BlockContext.VirtualServer,
        ["real_server"] = BlockContext.RealServer,
        ["TCP_CHECK"] = BlockContext.TcpCheck,
        ["HTTP_GET"] = BlockContext.HttpCheck,
        ["url"] = BlockContext.Url,
        ["SMTP_CHECK"] = BlockContext.SmtpCheck,
        ["DNS_CHECK"] = BlockContext.DnsCheck,
        ["MISC_CHECK"] = BlockContext.MiscCheck,
        ["UDP_CHECK"] = BlockContext.UdpCheck,
        ["PING_CHECK"] = BlockContext.PingCheck,
        ["BFD_CHECK"] = BlockContext.BfdCheck,
        ["vrrp_script"] = BlockContext.VrrpScript,
        ["vrrp_sync_group"] = BlockContext.VrrpSyncGroup,
        ["track_file"] = BlockContext.TrackFile,
        ["vrrp_track_process"] = BlockContext.TrackProcess,
        ["bfd_instance"] = BlockContext.BfdInstance,
    };

    [Fact]
    public void Table_knows_every_keyword_that_keepalived_was_seen_to_accept()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "conformance", "keywords-2.2.7.txt"));
        List<string> missing = [];
        int known = 0;
        foreach (string line in lines.Where(l => !l.StartsWith('#')))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (string keyword in words[1..])
            {
                known++;
                if (KeywordTable.Find(BlocksByKeyword[words[0]], keyword) is null) missing.Add($"{words[0]}: {keyword}");
            }
        }

        Assert.Empty(missing);
        Assert.True(known > 300, $"only {known} keywords were compared");
    }

    [Fact]
    public void Every_feature_of_the_table_is_listed()
    {
        IEnumerable<Feature> used = KeywordTable.Entries.SelectMany(e => e.Arguments.Select(a => a.Choice).OfType<ChoiceArgument>().SelectMany(a => a.Choices).Select(c => c.Feature).Append(e.Feature));
        Assert.Empty(used.Except(Features.All));
    }

    [Fact]
    public void Optional_parameters_follow_required_ones() =>
        Assert.All(KeywordTable.Entries, e => Assert.Equal(e.Arguments.OrderBy(a => a.IsOptional), e.Arguments));

    [Fact]
    public void Deprecated_keywords_name_ones_that_exist() =>
        Assert.All(KeywordTable.Entries.Where(e => e.ReplacedBy is not null), e => Assert.NotEmpty(KeywordTable.Places(e.ReplacedBy!)));

    [Theory]
    [InlineData("priorty", "priority")]
    [InlineData("lb_alog", "lb_algo")]
    [InlineData("virtual_ip_address", "virtual_ipaddress")]
    [InlineData("Interface", "interface")]
    [InlineData("frobnicate", null)]
    [InlineData("", null)]
    public void Nearest_keyword_is_found_only_when_near(string word, string? expected) =>
        Assert.Equal(expected, NearestKeyword.Find(word, ["priority", "lb_algo", "lb_kind", "virtual_ipaddress", "interface"]));

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("::ffff:192.0.2.1", true)]
    [InlineData("1", false)]
    [InlineData("192.0.2", false)]
    [InlineData("192.0.2.1.1", false)]
    [InlineData("192.0.2.256", false)]
    [InlineData("192.0.2.01", false)]
    [InlineData("0x7f.0.0.1", false)]
    [InlineData("[::1]", false)]
    [InlineData("fe80::1%eth0", false)]
    [InlineData("", false)]
    public void Addresses_are_read_as_inet_pton_reads_them(string text, bool isValid) => Assert.Equal(isValid, NumericAddress.TryParse(text, out _));
}
