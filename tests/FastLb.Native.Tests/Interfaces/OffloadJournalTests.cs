using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;
using FastLb.Native.Tests.Processes;

namespace FastLb.Native.Tests.Interfaces;

public sealed class OffloadJournalTests : IDisposable
{
    private static readonly HashSet<int> Nothing = [];

    private readonly VethPair _link = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastlb-");
    private readonly int _index;

    public OffloadJournalTests()
    {
        _link.Near.Run("ethtool", $"-K {VethPair.NearName} gro on");
        _index = _link.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName)).Index;
    }

    private string File => Path.Combine(_folder.FullName, "offloads.json");

    private ReceiveOffloads On => _link.Near.Invoke(() => InterfaceOffloads.Read(VethPair.NearName)).On;

    public void Dispose()
    {
        _link.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Offloads_are_read_and_switched_as_ethtool_shows_them()
    {
        ReceiveOffloadState state = _link.Near.Invoke(() => InterfaceOffloads.Read(VethPair.NearName));
        Assert.Equal(ReceiveOffloads.Generic, state.On);
        Assert.Equal(ReceiveOffloads.Large | ReceiveOffloads.Hardware, state.Fixed);

        Assert.Equal(ReceiveOffloads.None, _link.Near.Invoke(() => InterfaceOffloads.Switch(VethPair.NearName, ReceiveOffloads.Generic, on: false)).On);

        Assert.Contains("generic-receive-offload: off", _link.Near.Run("ethtool", $"-k {VethPair.NearName}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Offload_that_the_driver_has_fixed_stays_as_it_is() =>
        Assert.Equal(ReceiveOffloads.Generic, _link.Near.Invoke(() => InterfaceOffloads.Switch(VethPair.NearName, ReceiveOffloads.Large, on: true)).On);

    [Fact]
    public void Suspended_offload_is_off_and_in_the_journal_until_it_is_restored()
    {
        OffloadJournal journal = Open();

        OffloadOutcome suspended = Suspend(journal);

        Assert.Equal(new OffloadOutcome(VethPair.NearName, ReceiveOffloads.Generic, ReceiveOffloads.None, ReceiveOffloads.None), suspended);
        Assert.Equal(ReceiveOffloads.None, On);
        Assert.Equal([new SuspendedOffloads(_index, VethPair.NearName, ReceiveOffloads.Generic)], Open().Suspended);
        Assert.Contains("\"rx-gro\"", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        Assert.Equal([suspended], RestoreAll(journal));
        Assert.Equal(ReceiveOffloads.Generic, On);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void Offload_that_was_off_is_left_off_in_the_end()
    {
        _link.Near.Run("ethtool", $"-K {VethPair.NearName} gro off");
        OffloadJournal journal = Open();

        Assert.Equal(ReceiveOffloads.None, Suspend(journal).Switched);

        Assert.Empty(RestoreAll(journal));
        Assert.Equal(ReceiveOffloads.None, On);
    }

    [Fact]
    public void Successor_of_a_killed_process_restores_what_it_had_switched_off()
    {
        Suspend(Open());
        OffloadJournal successor = Open();

        Assert.Equal(ReceiveOffloads.None, Suspend(successor).Switched);
        RestoreAll(successor);

        Assert.Equal(ReceiveOffloads.Generic, On);
    }

    [Fact]
    public void Offload_that_was_written_down_and_not_switched_any_more_is_switched_by_the_successor()
    {
        Suspend(Open());
        _link.Near.Run("ethtool", $"-K {VethPair.NearName} gro on");

        Assert.Equal(ReceiveOffloads.Generic, Suspend(Open()).Switched);

        Assert.Equal(ReceiveOffloads.None, On);
    }

    [Fact]
    public void Offload_that_somebody_else_has_switched_on_meanwhile_is_his()
    {
        OffloadJournal journal = Open();
        Suspend(journal);
        _link.Near.Run("ethtool", $"-K {VethPair.NearName} gro on");

        OffloadOutcome again = Suspend(journal);

        Assert.Equal((ReceiveOffloads.None, ReceiveOffloads.Generic), (again.Switched, again.LeftAlone));
        Assert.Equal(ReceiveOffloads.Generic, On);
        Assert.Equal((ReceiveOffloads.None, ReceiveOffloads.Generic), RestoreAll(journal).Select(outcome => (outcome.Switched, outcome.LeftAlone)).Single());
    }

    [Fact]
    public void Interfaces_that_still_need_it_are_not_restored()
    {
        OffloadJournal journal = Open();
        Suspend(journal);

        Assert.Empty(_link.Near.Invoke(() => journal.Restore(new HashSet<int> { _index })));
        Assert.Equal(ReceiveOffloads.None, On);

        Assert.Single(_link.Near.Invoke(() => journal.Restore(Nothing)));
        Assert.Equal(ReceiveOffloads.Generic, On);
        Assert.Empty(Open().Suspended);
    }

    [Fact]
    public void Interface_that_has_gone_is_forgotten_and_one_of_the_same_name_left_alone()
    {
        OffloadJournal journal = Open();
        Suspend(journal);
        _link.Near.Run("ip", $"link delete {VethPair.NearName}");
        _link.Near.Run("ip", $"link add {VethPair.NearName} type veth peer name other");
        _link.Near.Run("ethtool", $"-K {VethPair.NearName} gro off");

        Assert.Equal(Errno.ENODEV, Assert.Throws<SystemCallException>(() => Suspend(journal)).Errno);
        Assert.Empty(RestoreAll(journal));

        Assert.Equal(ReceiveOffloads.None, On);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void Renamed_interface_is_restored()
    {
        OffloadJournal journal = Open();
        Suspend(journal);
        _link.Near.Run("ip", $"link set {VethPair.NearName} down");
        _link.Near.Run("ip", $"link set {VethPair.NearName} name renamed");

        Assert.Equal("renamed", Assert.Single(RestoreAll(journal)).Interface);

        Assert.Equal(ReceiveOffloads.Generic, _link.Near.Invoke(() => InterfaceOffloads.Read("renamed")).On);
    }

    [Fact]
    public void Offload_that_cannot_be_written_down_is_not_switched()
    {
        var journal = OffloadJournal.Open(Path.Combine(_folder.FullName, "missing", "offloads.json"));

        Assert.ThrowsAny<IOException>(() => Suspend(journal));

        Assert.Equal(ReceiveOffloads.Generic, On);
        Assert.Empty(journal.Suspended);
    }

    [Fact]
    public void Offload_that_the_kernel_refuses_to_switch_is_not_ours()
    {
        OffloadJournal journal = Open();
        _link.Near.Invoke(() => ThreadCapabilities.Drop(ThreadCapabilities.CAP_NET_ADMIN));

        SystemCallException fault = Assert.Throws<SystemCallException>(() => Suspend(journal));

        Assert.Equal("ethtool(ETHTOOL_SFEATURES) near: EPERM: needs CAP_NET_ADMIN, or root", fault.Message);
        Assert.Empty(Open().Suspended);
        Assert.Equal(ReceiveOffloads.Generic, On);
    }

    [Fact]
    public void Refusal_to_switch_on_again_is_told_of()
    {
        OffloadJournal journal = Open();
        Suspend(journal);
        _link.Near.Invoke(() => ThreadCapabilities.Drop(ThreadCapabilities.CAP_NET_ADMIN));

        OffloadOutcome outcome = Assert.Single(RestoreAll(journal));

        Assert.Equal((ReceiveOffloads.Generic, Errno.EPERM), (outcome.Refused, outcome.Fault!.Errno));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[{\"interfaceIndex\":2,\"interf")]
    [InlineData("[{\"interfaceIndex\":2}]")]
    [InlineData("[{\"interfaceIndex\":2,\"interface\":\"near\",\"offloads\":\"rx-none\"}]")]
    [InlineData("[{\"interfaceIndex\":2,\"interface\":\"a\",\"offloads\":\"rx-gro\"},{\"interfaceIndex\":2,\"interface\":\"a\",\"offloads\":\"rx-gro\"}]")]
    public void Damaged_journal_is_told_of_and_begun_anew(string content)
    {
        System.IO.File.WriteAllText(File, content);

        OffloadJournal journal = Open();

        Assert.NotNull(journal.Damage);
        Assert.Empty(journal.Suspended);
        Assert.Equal(ReceiveOffloads.Generic, Suspend(journal).Switched);
        Assert.Equal(journal.Suspended, Open().Suspended);
    }

    private OffloadJournal Open() => OffloadJournal.Open(File);

    private OffloadOutcome Suspend(OffloadJournal journal) => _link.Near.Invoke(() => journal.Suspend(_index, VethPair.NearName));

    private IReadOnlyList<OffloadOutcome> RestoreAll(OffloadJournal journal) => _link.Near.Invoke(journal.RestoreAll);
}
