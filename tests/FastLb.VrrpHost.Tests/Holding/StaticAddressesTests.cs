using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.Runtime.Tests;
using FastLb.Runtime;
using FastLb.VrrpHost.Holding;

namespace FastLb.VrrpHost.Tests.Holding;

/// <summary>Addresses that are there in every state, in the kernel of a namespace.</summary>
public sealed class StaticAddressesTests : IDisposable
{
    private readonly VethPair _pair = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly Rtnetlink _kernel;
    private readonly KernelJournal _journal;
    private readonly StaticAddresses _held;

    public StaticAddressesTests()
    {
        _kernel = _pair.Near.Invoke(Rtnetlink.Open);
        _journal = KernelJournal.Open(_folder.File("journal.json"), _kernel, _log);
        _held = new StaticAddresses(_kernel, _journal, _log);
    }

    private IEnumerable<string> States => _held.Report.Select(address => address.State);

    [Fact]
    public void They_are_put_on_with_their_options_and_go_with_the_journal()
    {
        _pair.Near.Invoke(() => File.WriteAllText("/proc/sys/net/ipv6/conf/near/disable_ipv6", "0"));
        _held.Hold(Read("198.51.100.5/24 dev near label near:x brd +", "2001:db8::5/64 dev near", "2001:db8::6 dev near"));

        Assert.Equal(["held", "held", "held"], States);
        Assert.Contains("198.51.100.5/24 brd 198.51.100.255 scope global near:x", Shown("near"), StringComparison.Ordinal);
        Assert.Contains("2001:db8::5/64 scope global nodad", Shown("near"), StringComparison.Ordinal);
        Assert.Contains("2001:db8::6/128 scope global nodad deprecated", Shown("near"), StringComparison.Ordinal); // as keepalived 2.2.7 has it

        _journal.UndoAll();

        Assert.DoesNotContain("198.51.100", Shown("near"), StringComparison.Ordinal);
        Assert.DoesNotContain("2001:db8", Shown("near"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_there_before_stays_at_the_stop()
    {
        _pair.Near.Run("ip", "address add 198.51.100.5/24 dev near");

        _held.Hold(Read("198.51.100.5/24 dev near"));
        _held.Restore();

        Assert.Equal(["present"], States);
        _journal.UndoAll();
        Assert.Contains("198.51.100.5/24", Shown("near"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_somebody_takes_off_is_put_on_again_unless_it_is_not_tracked()
    {
        _held.Hold(Read("198.51.100.5/24 dev near", "203.0.113.5/24 dev near no_track"));
        _pair.Near.Run("ip", "address delete 198.51.100.5/24 dev near");
        _pair.Near.Run("ip", "address delete 203.0.113.5/24 dev near");

        Assert.True(_held.Restore());

        Assert.Contains("198.51.100.5/24", Shown("near"), StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.5", Shown("near"), StringComparison.Ordinal);
        Assert.Equal(["held", "gone"], States);
        Assert.Single(_log.Lines, line => line.Contains("taken off", StringComparison.Ordinal));
        Assert.False(_held.Restore());
        _journal.UndoAll();
        Assert.DoesNotContain("198.51.100.5", Shown("near"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no_track")]
    public void One_waits_for_its_interface(string word)
    {
        _held.Hold(Read($"198.51.100.5/24 dev late {word}"));
        Assert.Equal(["waiting"], States);
        Assert.False(_held.Restore());
        Assert.Single(_log.Lines, line => line.Contains("waits for late", StringComparison.Ordinal));

        _pair.Near.Run("ip", "link add late type veth peer name late-peer");
        Assert.True(_held.Restore());

        Assert.Equal(["held"], States);
        Assert.Contains("198.51.100.5/24", Shown("late"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("no_track", false)]
    public void One_follows_an_interface_that_is_made_anew_unless_it_is_not_tracked(string word, bool follows)
    {
        _pair.Near.Run("ip", "link add late type veth peer name late-peer");
        _held.Hold(Read($"198.51.100.5/24 dev late {word}"));
        _pair.Near.Run("ip", "link delete late");
        _held.Restore();
        Assert.Equal([follows ? "waiting" : "gone"], States);

        _pair.Near.Run("ip", "link add late type veth peer name late-peer");
        _held.Restore();

        Assert.Equal(follows, Shown("late").Contains("198.51.100.5/24", StringComparison.Ordinal));
    }

    [Fact]
    public void Reload_takes_off_what_is_gone_and_puts_on_anew_what_is_different()
    {
        _held.Hold(Read("198.51.100.5/24 dev near", "203.0.113.5/24 dev near", "203.0.113.6/32 dev near label near:x"));
        string before = Shown("near");
        Assert.Contains("203.0.113.6/32 scope global near:x", before, StringComparison.Ordinal);

        _held.Hold(Read("203.0.113.5/24 dev near", "203.0.113.6/32 dev near label near:y", "203.0.113.7/32 dev near"));

        Assert.DoesNotContain("198.51.100.5", Shown("near"), StringComparison.Ordinal);
        Assert.Contains("203.0.113.5/24", Shown("near"), StringComparison.Ordinal);
        Assert.Contains("203.0.113.6/32 scope global near:y", Shown("near"), StringComparison.Ordinal);
        Assert.Equal(["held", "held", "held"], States);
        _held.Hold([]);
        Assert.DoesNotContain("203.0.113", Shown("near"), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _folder.Dispose();
        _pair.Dispose();
    }

    private static ValueList<StaticAddress> Read(params string[] lines) =>
        ConfigurationText.Parse($"static_ipaddress {{\n {string.Join("\n ", lines)}\n}}\n").StaticAddresses;

    private string Shown(string device) => _pair.Near.Run("ip", $"address show dev {device}");
}
