using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using FastLb.Native.Bpf;
using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Native.Tests.Bpf;

public sealed partial class SteeringAttachmentTests : IDisposable
{
    private readonly VethPair _link = new();
    private readonly SteeringTable _table = SteeringTable.Create();
    private readonly SteeringProgram _program;
    private readonly int _index;

    public SteeringAttachmentTests()
    {
        _program = SteeringProgram.Load(_table, receiveQueues: 2);
        _index = _link.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName)).Index;
    }

    public void Dispose()
    {
        _program.Dispose();
        _table.Dispose();
        _link.Dispose();
    }

    [Theory]
    [InlineData(XdpAttachMode.Native)]
    [InlineData(XdpAttachMode.Generic)]
    public void Attached_program_sees_frames_and_leaves_ping_to_the_kernel(XdpAttachMode mode)
    {
        _program.SetOwnMacs([PhysicalAddress.Parse(VethPair.NearMac)]);
        Attach(_program, mode);

        _link.Far.Run("ping", $"-c 3 -i 0.2 -W 2 {VethPair.NearAddress}");

        IReadOnlyDictionary<SteeringOutcome, ulong> counters = _program.ReadCounters();
        Assert.Equal(3UL, counters[SteeringOutcome.OtherProtocol]);
        Assert.InRange(counters[SteeringOutcome.NotOwnMac] + counters[SteeringOutcome.NotIPv4], 1UL, 10UL); // address resolution
        Assert.Equal(0UL, counters[SteeringOutcome.Steered] + counters[SteeringOutcome.Malformed]);
    }

    [Fact]
    public void Program_is_attached_in_native_mode_until_it_is_detached()
    {
        Attach(_program);
        Assert.True(_program.IsAttached);
        Assert.Contains("\"mode\":1", ShowLink(), StringComparison.Ordinal); // XDP_ATTACHED_DRV

        _program.Detach();
        Assert.False(_program.IsAttached);
        Assert.DoesNotContain("xdp", ShowLink(), StringComparison.Ordinal);
        Attach(_program);
    }

    [Fact]
    public void Generic_mode_is_the_callers_choice()
    {
        Attach(_program, XdpAttachMode.Generic);
        Assert.Contains("\"mode\":2", ShowLink(), StringComparison.Ordinal); // XDP_ATTACHED_SKB

        _program.Detach();
        Assert.DoesNotContain("xdp", ShowLink(), StringComparison.Ordinal);
    }

    [Fact]
    public void Generic_mode_goes_where_native_mode_is_refused()
    {
        const int Loopback = 1;

        _link.Near.Invoke(() => _program.Attach(Loopback, "lo", XdpAttachMode.Generic));

        Assert.True(_program.IsAttached);
    }

    [Theory]
    [InlineData(XdpAttachMode.Native)]
    [InlineData(XdpAttachMode.Generic)]
    public void Jumbo_frames_pass_an_interface_with_the_program(XdpAttachMode mode)
    {
        _link.Near.Run("ip", $"link set {VethPair.NearName} mtu 9000");
        _link.Far.Run("ip", $"link set {VethPair.FarName} mtu 9000");
        _program.SetOwnMacs([PhysicalAddress.Parse(VethPair.NearMac)]);

        Attach(_program, mode);

        _link.Far.Run("ping", $"-c 1 -s 8900 -M do -w 10 {VethPair.NearAddress}");
        Assert.NotEqual(0UL, _program.ReadCounters()[SteeringOutcome.OtherProtocol]);
        Assert.Equal(0UL, _program.ReadCounters()[SteeringOutcome.Malformed]);
    }

    [Fact]
    public void Settings_that_rule_out_native_mode_are_told_and_leave_generic_mode()
    {
        // A peer with more transmit queues than this end has receive queues.
        _link.Near.Run("ip", $"link add few numrxqueues 1 numtxqueues 1 type veth peer name many numrxqueues 4 numtxqueues 4 netns {_link.Far.Path}");
        int few = _link.Near.Invoke(() => NetworkDevice.Read("few")).Index;

        KernelFeatureException refusal =
            Assert.Throws<KernelFeatureException>(() => _link.Near.Invoke(() => _program.Attach(few, "few", XdpAttachMode.Native)));

        Assert.StartsWith("native XDP by the driver of few with so few queues (on veth, ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Errno.ENOSPC, Assert.IsType<SystemCallException>(refusal.InnerException).Errno);
        _link.Near.Invoke(() => _program.Attach(few, "few", XdpAttachMode.Generic));
    }

    [Fact]
    public void Disposing_detaches()
    {
        Attach(_program);

        _program.Dispose();

        Assert.DoesNotContain("xdp", ShowLink(), StringComparison.Ordinal);
    }

    [Fact]
    public void Second_program_is_refused_naming_the_link_that_holds_the_first()
    {
        Attach(_program);
        using SteeringProgram second = SteeringProgram.Load(_table, receiveQueues: 2);

        SystemCallException fault = Assert.Throws<SystemCallException>(() => Attach(second));

        Assert.Equal(Errno.EBUSY, fault.Errno);
        Assert.Matches(@"^attach XDP program to near: EBUSY: XDP program \d+ is attached by BPF link \d+: .*'bpftool link detach id \d+'", fault.Message);
        Assert.False(second.IsAttached);
    }

    [Fact]
    public void Second_program_is_refused_naming_the_command_that_removes_the_first()
    {
        const uint NativeMode = 1 << 2;
        using SteeringProgram first = SteeringProgram.Load(_table, receiveQueues: 2);
        _link.Near.Invoke(() => Assert.Equal(0, bpf_xdp_attach(_index, first.Descriptor, NativeMode, 0)));

        SystemCallException fault = Assert.Throws<SystemCallException>(() => Attach(_program));

        Assert.Matches(@"XDP program \d+ is attached: 'ip link set dev near xdp off' removes it", fault.Message);
        _link.Near.Run("ip", "link set dev near xdp off");
        Attach(_program);
    }

    [Fact]
    public void Generic_program_in_the_way_is_named_too()
    {
        const uint GenericMode = 1 << 1;
        using SteeringProgram first = SteeringProgram.Load(_table, receiveQueues: 2);
        _link.Near.Invoke(() => Assert.Equal(0, bpf_xdp_attach(_index, first.Descriptor, GenericMode, 0)));

        SystemCallException fault = Assert.Throws<SystemCallException>(() => Attach(_program));

        Assert.Matches(@"XDP program \d+ is attached: ", fault.Message);
    }

    [Fact]
    public void Driver_without_native_xdp_is_told_as_a_missing_feature()
    {
        const int Loopback = 1;

        KernelFeatureException fault = Assert.Throws<KernelFeatureException>(() => _link.Near.Invoke(() => _program.Attach(Loopback, "lo", XdpAttachMode.Native)));

        Assert.Equal("native XDP by the driver of lo is not supported here", fault.Message);
        Assert.False(_program.IsAttached);
    }

    [Fact]
    public void Interface_that_is_not_there_is_told()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => _link.Near.Invoke(() => _program.Attach(9999, "ghost", XdpAttachMode.Native)));

        Assert.Equal(Errno.ENODEV, fault.Errno);
    }

    [Fact]
    public void Gratuitous_arp_updates_the_neighbours_entry()
    {
        IPAddress address = IPAddress.Parse("192.0.2.100");
        _link.Far.Run("ip", $"neighbour add {address} lladdr 02:00:00:00:00:77 nud stale dev {VethPair.FarName}");
        using GratuitousArpSender sender = _link.Near.Invoke(GratuitousArpSender.Open);

        sender.Announce(_index, PhysicalAddress.Parse(VethPair.NearMac), address);

        Eventually.Read(
            () => _link.Far.Run("ip", $"neighbour show {address}"), entry => entry.Contains(VethPair.NearMac, StringComparison.Ordinal));
    }

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_xdp_attach(int interfaceIndex, BpfDescriptor program, uint flags, nint options);

    private void Attach(SteeringProgram program, XdpAttachMode mode = XdpAttachMode.Native) =>
        _link.Near.Invoke(() => program.Attach(_index, VethPair.NearName, mode));

    private string ShowLink() => _link.Near.Run("ip", $"-json -details link show {VethPair.NearName}");
}
