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
    private readonly ServiceSteering _services = ServiceSteering.Create();
    private readonly SteeringProgram _program;
    private readonly int _index;

    public SteeringAttachmentTests()
    {
        _program = SteeringProgram.Load(_services, receiveQueues: 2);
        _index = _link.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName)).Index;
    }

    public void Dispose()
    {
        _program.Dispose();
        _services.Dispose();
        _link.Dispose();
    }

    [Fact]
    public void Attached_program_sees_frames_and_leaves_ping_to_the_kernel()
    {
        _program.SetOwnMacs([PhysicalAddress.Parse(VethPair.NearMac)]);
        Attach(_program);

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
        using SteeringProgram second = SteeringProgram.Load(_services, receiveQueues: 2);

        SystemCallException fault = Assert.Throws<SystemCallException>(() => Attach(second));

        Assert.Equal(Errno.EBUSY, fault.Errno);
        Assert.Matches(@"^attach XDP program to near: EBUSY: XDP program \d+ is attached by BPF link \d+: .*'bpftool link detach id \d+'", fault.Message);
        Assert.False(second.IsAttached);
    }

    [Fact]
    public void Second_program_is_refused_naming_the_command_that_removes_the_first()
    {
        const uint NativeMode = 1 << 2;
        using SteeringProgram first = SteeringProgram.Load(_services, receiveQueues: 2);
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
        using SteeringProgram first = SteeringProgram.Load(_services, receiveQueues: 2);
        _link.Near.Invoke(() => Assert.Equal(0, bpf_xdp_attach(_index, first.Descriptor, GenericMode, 0)));

        SystemCallException fault = Assert.Throws<SystemCallException>(() => Attach(_program));

        Assert.Matches(@"XDP program \d+ is attached: ", fault.Message);
    }

    [Fact]
    public void Driver_without_native_xdp_is_told_as_a_missing_feature()
    {
        const int Loopback = 1;

        KernelFeatureException fault = Assert.Throws<KernelFeatureException>(() => _link.Near.Invoke(() => _program.Attach(Loopback, "lo")));

        Assert.Equal("native XDP by the driver of lo is not supported here", fault.Message);
        Assert.False(_program.IsAttached);
    }

    [Fact]
    public void Interface_that_is_not_there_is_told()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => _link.Near.Invoke(() => _program.Attach(9999, "ghost")));

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

    private void Attach(SteeringProgram program) => _link.Near.Invoke(() => program.Attach(_index, VethPair.NearName));

    private string ShowLink() => _link.Near.Run("ip", $"-json -details link show {VethPair.NearName}");
}
