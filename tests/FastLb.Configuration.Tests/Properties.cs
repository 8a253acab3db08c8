using CsCheck;
using FastLb.Configuration.Changes;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Printing;
using FastLb.Configuration.Tests.Conformance;
using Xunit;

namespace FastLb.Configuration.Tests;

/// <summary>What holds for every text. CsCheck prints the seed of a failure; CsCheck_Seed repeats it.</summary>
public sealed class Properties
{
    private static readonly string[] Corpus = [.. ConformanceCases.Names().Select(row => ConformanceCases.Read(row.Data))];

    /// <summary>Pieces that make parsers stumble, beside every keyword of the language.</summary>
    private static readonly string[] Pieces =
    [
        "{", "}", "\n", "\r\n", " ", "\t", "\"", "'", "#", "!", "\\", "\\#", "//", "$", "${", "${X}", "$A=", "@a ", "~SEQ(", "include ", "“", "\0", "\uFEFF",
        "0", "1", "-1", "1.5", "256", "99999999999999999999", "192.0.2.1", "192.0.2.1/24", "2001:db8::1", "80", "rr", "DR", "TCP", "MASTER", "eth0", "on", "fwmark", "group",
        .. KeywordTable.Entries.Select(e => e.Name).Distinct(StringComparer.Ordinal),
    ];

    private static readonly Gen<string> Fragments = Pick(Pieces).Array[0, 60].Select(p => string.Join(' ', p));

    private static readonly Gen<string> MutatedCorpus =
        from text in Pick(Corpus)
        from edits in Gen.Select(Gen.Double[0, 1], Gen.Int[0, 30], Pick(Pieces)).Array[1, 6]
        select edits.Aggregate(text, (current, edit) =>
        {
            int at = (int)(edit.Item1 * current.Length);
            return current[..at] + edit.Item3 + current[Math.Min(current.Length, at + edit.Item2)..];
        });

    [Fact]
    public void Any_characters_are_read_without_an_exception() => Gen.String.Sample(ReadAndRender, iter: 3000);

    [Fact]
    public void Any_keywords_are_read_without_an_exception() => Fragments.Sample(ReadAndRender, iter: 5000);

    [Fact]
    public void Mutated_configurations_are_read_without_an_exception() => MutatedCorpus.Sample(ReadAndRender, iter: 3000);

    [Fact]
    public void Every_prefix_of_a_configuration_is_read_without_an_exception()
    {
        string text = ConformanceCases.Read("master");
        for (int length = 0; length <= text.Length; length++) ReadAndRender(text[..length]);
    }

    [Fact]
    public void Same_text_gives_the_same_result() => MutatedCorpus.Sample(
        text =>
        {
            ConfigurationResult first = ConfigurationLoader.Parse(text, "f"), second = ConfigurationLoader.Parse(text, "f");
            Assert.Equal(first.Diagnostics, second.Diagnostics);
            Assert.Equal(first.Configuration, second.Configuration);
        },
        iter: 500);

    [Fact]
    public void Printed_model_parses_to_the_same_model() => MutatedCorpus.Sample(PrintAndCompare, iter: 3000);

    [Fact]
    public void Printed_model_of_generated_text_parses_to_the_same_model() => GeneratedText.Sample(PrintAndCompare, iter: 2000);

    [Fact]
    public void Printed_globals_parse_to_the_same_model() => GeneratedGlobals.Text.Sample(PrintAndCompare, iter: 2000);

    [Fact]
    public void Only_the_order_of_lines_can_differ_where_no_change_is_found() => Gen.Select(MutatedCorpus, Gen.Bool, MutatedCorpus).Sample(
        (text, same, other) =>
        {
            if (ConfigurationLoader.Parse(text, "f").Configuration is not { } before || ConfigurationLoader.Parse(same ? text : other, "f").Configuration is not { } after) return;
            bool isEmpty = ConfigurationComparer.Compare(before, after).IsEmpty;
            Assert.Equal(isEmpty, SortedPrint(before).SequenceEqual(SortedPrint(after)));
        },
        iter: 1500);

    [Fact]
    public void Printed_model_of_generated_servers_parses_to_the_same_model() => GeneratedServers.Text.Sample(PrintAndCompare, iter: 3000);

    [Fact]
    public void Generated_servers_have_every_keyword() => GeneratedServers.Text.Array[400].Sample(
        texts =>
        {
            HashSet<string> words = [.. texts.SelectMany(text => text.Split([' ', '\n']))];
            Assert.Empty(KeywordTable.Entries.Where(e => e.Context >= BlockContext.VirtualServer || e.Context == BlockContext.SslContext).Select(e => e.Name).Distinct().Except(words));
        },
        iter: 1);

    [Fact]
    public void Printed_model_of_generated_virtual_routers_parses_to_the_same_model() => GeneratedVrrp.Text.Sample(PrintAndCompare, iter: 2000);

    [Fact]
    public void Spans_lie_within_their_lines() => MutatedCorpus.Sample(
        text =>
        {
            ConfigurationResult result = ConfigurationLoader.Parse(text, "f");
            foreach (Diagnostic d in result.Diagnostics)
            {
                Assert.InRange(d.Span.Line, 1, result.Source.Main.LineCount);
                Assert.InRange(d.Span.Column, 1, result.Source.Main.Line(d.Span.Line).Length + 1);
                Assert.InRange(d.Span.EndColumn, d.Span.Column, result.Source.Main.Line(d.Span.Line).Length + 1);
            }
        },
        iter: 1000);

    [Fact]
    public void Hostile_text_of_a_megabyte_is_read()
    {
        const int Size = 1 << 20;
        foreach (string piece in new[] { "{", "}", "a{", "a {\n", "\"", "$a", "${", "//", "a ", "#", "global_defs{", "virtual_server 1.1.1.1 80 {\n" })
        {
            ReadAndRender(string.Concat(Enumerable.Repeat(piece, Size / piece.Length)));
        }
    }

    private static Gen<string> GeneratedText
    {
        get
        {
            Gen<string> seconds = Gen.Int[0, 5_000_000].Select(n => $"{n / 1000}.{n % 1000:000}");
            Gen<string> address = Gen.Byte.Array[4].Select(b => string.Join('.', b));
            Gen<string> word = Gen.Char[" abcXYZ019_.:/@#!{}$~“-\\"].Array[1, 12].Select(c => $"\"{new string(c)}\"");
            Gen<string> virtualAddress = Gen.Select(address, Gen.Int[0, 34], Pick("", "brd +", "brd -", "brd 10.9.8.7", "scope link", "dev e1 label e1:x", "scope 7 brd +", "dev e1 no_track"))
                .Select((a, length, options) => $"  {a}/{length} {options}\n");
            Gen<string> command = Gen.Char["ab/. \\'\"x0713{}é"].Array[0, 14].Select(c => new string(c));
            Gen<string> scripts = Gen.Select(Pick("notify_master", "notify_backup", "notify_fault", "notify_stop", "notify_deleted", "notify", "notify_master_rx_lower_pri"), command)
                .Select((keyword, text) => $" {keyword} \"{text}\"\n").Array[0, 4].Select(string.Concat);
            Gen<string> election = Pick(
                "nopreempt", "version 3", "skip_check_adv_addr", "preempt_delay 7.5", "dont_track_primary", "down_timer_adverts 9", "lower_prio_no_advert", "higher_prio_send_advert",
                "mcast_src_ip 10.0.0.9", "unicast_src_ip 10.0.0.9", "garp_lower_prio_repeat 3", "garp_master_delay 0").Array[0, 4].Select(l => string.Join("\n ", l));
            Gen<string> instance = Gen.Select(word, Gen.Int[0, 256], Gen.Int[0, 256], seconds, Pick("MASTER", "BACKUP", "X"), Gen.Select(election, scripts, (e, n) => $"{e}\n{n}"), word, virtualAddress.Array[0, 4])
                .Select((name, id, priority, interval, state, extra, password, addresses) =>
                    $"vrrp_instance {name} {{\n state {state}\n interface eth0\n virtual_router_id {id}\n priority {priority}\n advert_int {interval}\n {extra}\n authentication {{\n auth_type PASS\n auth_pass {password}\n }}\n virtual_ipaddress {{\n{string.Concat(addresses)} }}\n}}\n");
            Gen<string> check = Gen.Select(seconds, seconds, Gen.UInt, Gen.Int[0, 70000], Pick("", "alpha", "bindto 10.1.1.1", "bind_if e0", "fwmark 7", "log_all_failures on"))
                .Select((timeout, warmup, retry, port, extra) => $"  TCP_CHECK {{\n connect_timeout {timeout}\n warmup {warmup}\n retry {retry}\n connect_port {port}\n {extra}\n }}\n");
            Gen<string> real = Gen.Select(address, Gen.Int[0, 65536], Gen.Int[-1, int.MaxValue], check.Array[0, 2])
                .Select((a, port, weight, checks) => $" real_server {a} {port} {{\n weight {weight}\n{string.Concat(checks)} }}\n");
            Gen<string> marks = Gen.Select(address, Gen.Int[22, 33], Gen.Int[0, 65535], Gen.Int[0, 65535], Pick("", "source 10.0.0.0/8", "source 10.0.0.1", "protocol udp", "interface e0", "source_port 1-9"))
                .Select((a, length, from, to, extra) => $"fastlb {{\n expire_quiescent_template\n mark 7 {{\n destination {a}\n destination_port {from}-{to}\n {extra}\n }}\n mark {from} {{\n destination {a}/{length}\n }}\n}}\n");
            Gen<string> group = Gen.Select(Gen.Int[0, 300], Gen.Int[0, 300], Gen.Int[0, 70000], Pick("", "fwmark 7", "192.0.2.9", "192.0.2.9 80"), Pick("", "persistence_timeout 9", "persistence_granularity 255.255.0.0"))
                .Select((first, last, port, extra, persistence) =>
                    $"virtual_server_group \"G x\" {{\n 192.0.2.{first}-{last} {port}\n {extra}\n}}\nvirtual_server group \"G x\" {{\n {persistence}\n real_server 10.0.0.1 {port} {{\n }}\n}}\nvirtual_server fwmark {first} {{\n {persistence}\n real_server 10.0.0.1 80 {{\n }}\n}}\n");
            Gen<string> server = Gen.Select(address, Gen.Int[0, 65535], Pick("rr", "wrr", "sh", "x"), Pick("DR", "NAT", "TUN"), Pick("TCP", "udp", "SCTP"), Gen.UInt, Gen.UInt, real.Array[0, 4])
                .Select((a, port, algorithm, kind, protocol, quorum, hysteresis, servers) =>
                    $"virtual_server {a} {port} {{\n lb_algo {algorithm}\n lb_kind {kind}\n protocol {protocol}\n quorum {quorum}\n hysteresis {hysteresis}\n sorry_server 10.0.0.1\n{(quorum % 2 == 0 ? " sorry_server_inhibit\n" : string.Empty)}{string.Concat(servers)}}}\n");
            Gen<string> defaults = Pick(
                "vrrp_min_garp", "vrrp_mcast_group4 224.0.0.99", "vrrp_startup_delay 3", "vrrp_down_timer_adverts 4", "vrrp_lower_prio_no_advert", "vrrp_higher_prio_send_advert",
                "enable_script_security", "checker_log_all_failures", "script_user \"a b\" :c", "script_user d", "vrrp_garp_master_repeat 2").Array[0, 5].Select(l => string.Join("\n ", l));
            Gen<string> global = Gen.Select(word, word.Array[0, 3], seconds, defaults)
                .Select((id, mails, interval, lines) => $"global_defs {{\n router_id {id}\n notification_email {{\n{string.Join('\n', mails)}\n }}\n vrrp_garp_interval {interval}\n {lines}\n}}\n");
            return Gen.Select(global, instance.Array[0, 2], server.Array[0, 3], marks.Array[0, 2], group.Array[0, 2])
                .Select((g, i, s, m, n) => g + string.Concat(i) + string.Concat(s) + string.Concat(m) + string.Concat(n));
        }
    }

    private static Gen<string> Pick(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static void ReadAndRender(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "f");
        Assert.Equal(result.Diagnostics.IsEmpty, DiagnosticRenderer.Render(result.Diagnostics, result.Source).Length == 0);
        Assert.NotEmpty(DiagnosticJson.Render(result.Diagnostics));
    }

    private static IEnumerable<string> SortedPrint(DirectorConfiguration configuration) =>
        ConfigurationPrinter.Print(configuration, SecretPrinting.Reveal).Split('\n').Order(StringComparer.Ordinal);

    private static void PrintAndCompare(string text)
    {
        if (ConfigurationLoader.Parse(text, "f").Configuration is not { } configuration) return;
        string printed = GeneratedServers.WithTrackedObjects(configuration, ConfigurationPrinter.Print(configuration, SecretPrinting.Reveal));
        DirectorConfiguration? again = ConfigurationLoader.Parse(printed, "printed").Configuration;
        Assert.True(configuration.Equals(again), $"the model printed as\n{printed}\nparses to another one, printed as\n{(again is null ? "none" : ConfigurationPrinter.Print(again, SecretPrinting.Reveal))}");
    }
}
