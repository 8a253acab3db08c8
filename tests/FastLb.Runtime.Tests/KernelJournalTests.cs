using System.Net;
using FastLb.Native;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime.Tests;

public sealed class KernelJournalTests : IDisposable
{
    private static readonly IPAddress Virtual = IPAddress.Parse("192.0.2.100");
    private static readonly IPAddress Neighbour = IPAddress.Parse("192.0.2.7");

    private readonly TemporaryFolder _folder = new();
    private readonly NetworkNamespace _namespace = new();
    private readonly RecordingLog _log = new();
    private readonly Rtnetlink _kernel;
    private readonly int _index;

    public KernelJournalTests()
    {
        _namespace.Run("ip", "link add near type veth peer name far");
        _namespace.Run("ip", "link set near up");
        _namespace.Run("ip", "link set far up");
        _kernel = _namespace.Invoke(Rtnetlink.Open);
        _index = _kernel.Links.Find("near")!.Index;
    }

    private string Journal => _folder.File("journal.json");

    private AddressInfo Address => new(_index, Virtual, 32);

    [Fact]
    public void Added_address_is_on_the_interface_and_in_the_journal()
    {
        KernelJournal journal = Open();

        Assert.True(journal.AddAddress(Address));

        Assert.True(IsThere(Virtual));
        Assert.Equal([new AddedAddress(_index, Virtual, 32)], Open().Addresses);
    }

    [Fact]
    public void Address_that_cannot_be_written_down_is_not_added_however_often_it_is_tried()
    {
        KernelJournal journal = KernelJournal.Open(_folder.File("missing/journal.json"), _kernel, _log);

        Assert.ThrowsAny<IOException>(() => journal.AddAddress(Address));
        Assert.ThrowsAny<IOException>(() => journal.AddAddress(Address));

        Assert.False(IsThere(Virtual));
        Assert.Empty(journal.Addresses);
    }

    [Fact]
    public void Address_that_the_kernel_refuses_is_not_ours()
    {
        KernelJournal journal = Open();

        Assert.Throws<SystemCallException>(() => journal.AddAddress(new AddressInfo(_index, Virtual, 33)));

        Assert.Empty(journal.Addresses);
        Assert.Empty(Open().Addresses);
    }

    [Fact]
    public void Process_that_is_started_again_goes_on_with_the_addresses_of_the_one_before()
    {
        Open().AddAddress(Address);
        KernelJournal second = Open();

        Assert.True(second.AddAddress(Address)); // there already, and ours
        second.RemoveAddress(Address);

        Assert.False(IsThere(Virtual));
        Assert.Empty(Open().Addresses);
    }

    [Fact]
    public void Address_that_was_written_down_and_not_added_any_more_is_added_by_the_successor()
    {
        Open().AddAddress(Address);
        _kernel.Addresses.Remove(Address);

        Assert.True(Open().AddAddress(Address));

        Assert.True(IsThere(Virtual));
    }

    [Fact]
    public void Address_that_was_there_before_is_left_there()
    {
        _namespace.Run("ip", $"address add {Virtual}/32 dev near");
        KernelJournal journal = Open();

        Assert.False(journal.AddAddress(Address));
        journal.RemoveAddress(Address);
        Assert.Empty(journal.UndoAll());

        Assert.True(IsThere(Virtual));
    }

    [Fact]
    public void Same_address_with_another_prefix_length_is_another_one()
    {
        _namespace.Run("ip", $"address add {Virtual}/24 dev near");
        KernelJournal journal = Open();

        Assert.True(journal.AddAddress(Address));
        journal.RemoveAddress(Address);

        Assert.Contains("192.0.2.100/24", _namespace.Run("ip", "address show dev near"), StringComparison.Ordinal);
        Assert.DoesNotContain("192.0.2.100/32", _namespace.Run("ip", "address show dev near"), StringComparison.Ordinal);
    }

    [Fact]
    public void Label_scope_and_broadcast_reach_the_kernel()
    {
        Open().AddAddress(Address with { Label = "near:1", Scope = AddressScope.Link, Broadcast = IPAddress.Parse("192.0.2.255") });

        AddressInfo there = Assert.Single(_kernel.Addresses.List(), address => address.Address.Equals(Virtual));
        Assert.Equal(("near:1", AddressScope.Link, IPAddress.Parse("192.0.2.255")), (there.Label, there.Scope, there.Broadcast));
    }

    [Fact]
    public void UndoAll_removes_what_is_there_and_the_journal()
    {
        IPAddress second = IPAddress.Parse("192.0.2.101");
        KernelJournal journal = Open();
        journal.AddAddress(Address);
        journal.AddAddress(new AddressInfo(_index, second, 32));
        _kernel.Addresses.Remove(Address); // by somebody else

        IReadOnlyList<AddressInfo> removed = Open().UndoAll();

        Assert.Equal([new AddressInfo(_index, second, 32)], removed);
        Assert.False(IsThere(second));
        Assert.False(File.Exists(Journal));
    }

    [Fact]
    public void UndoAll_after_the_interface_has_gone_complains_of_nothing()
    {
        KernelJournal journal = Open();
        journal.AddAddress(Address);
        journal.ManageNeighbour(_index, Neighbour);
        _namespace.Run("ip", "link delete near");

        Assert.Empty(journal.UndoAll());

        Assert.False(File.Exists(Journal));
        Assert.False(_log.Lines.Any(line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal)), string.Join('\n', _log.Lines));
    }

    [Fact]
    public void UndoAll_without_a_journal_does_nothing() => Assert.Empty(Open().UndoAll());

    [Theory]
    [InlineData("")]
    [InlineData("{\"addresses\":[{\"interfaceIn")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"addresses\":null,\"neighbours\":null}")]
    [InlineData("{\"addresses\":[{\"interfaceIndex\":2,\"prefixLength\":32}],\"neighbours\":[]}")]
    [InlineData("{\"addresses\":[{\"interfaceIndex\":2,\"address\":\"nowhere\",\"prefixLength\":32}],\"neighbours\":[]}")]
    public void Damaged_journal_is_told_of_and_begun_anew(string content)
    {
        File.WriteAllText(Journal, content);

        KernelJournal journal = Open();

        Assert.Empty(journal.Addresses);
        Assert.True(_log.Has(LogLevel.Error, Journal), string.Join('\n', _log.Lines));
        Assert.True(journal.AddAddress(Address));
        Assert.Equal(journal.Addresses, Open().Addresses);
    }

    [Fact]
    public void Managed_neighbour_is_written_down_and_removed_in_the_end()
    {
        _namespace.Run("ip", "address add 192.0.2.1/24 dev near");
        KernelJournal journal = Open();

        journal.ManageNeighbour(_index, Neighbour);
        journal.ManageNeighbour(_index, Neighbour);
        Assert.NotNull(_kernel.Neighbours.Find(_index, Neighbour));
        Open().UndoAll();

        Assert.Null(FindValid(Neighbour));
        Assert.False(File.Exists(Journal));
    }

    [Fact]
    public void Neighbour_that_the_administrator_set_stays()
    {
        _namespace.Run("ip", "address add 192.0.2.1/24 dev near");
        _namespace.Run("ip", $"neighbour add {Neighbour} lladdr 02:00:00:00:00:07 dev near nud permanent");
        KernelJournal journal = Open();

        Assert.True(journal.ManageNeighbour(_index, Neighbour).IsFixed);
        journal.UndoAll();

        Assert.True(_kernel.Neighbours.Find(_index, Neighbour)!.IsFixed);
    }

    [Fact]
    public void Addresses_and_neighbours_of_one_journal_do_not_lose_each_other()
    {
        KernelJournal journal = Open();
        journal.ManageNeighbour(_index, Neighbour);
        journal.AddAddress(Address);
        journal.RemoveAddress(Address);
        Assert.Contains(Neighbour.ToString(), File.ReadAllText(Journal), StringComparison.Ordinal);

        Open().UndoAll();

        Assert.Null(FindValid(Neighbour));
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _namespace.Dispose();
        _folder.Dispose();
    }

    private KernelJournal Open() => KernelJournal.Open(Journal, _kernel, _log);

    private bool IsThere(IPAddress address) => _kernel.Addresses.List().Any(known => known.Address.Equals(address) && known.InterfaceIndex == _index);

    // An entry that is being resolved stays for a moment after its removal, failed and no longer managed.
    private NeighbourInfo? FindValid(IPAddress address) =>
        _kernel.Neighbours.Find(_index, address) is { } entry && (entry.IsManaged || entry.State != NeighbourState.Failed) ? entry : null;
}
