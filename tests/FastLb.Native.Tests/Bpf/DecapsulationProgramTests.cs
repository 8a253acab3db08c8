using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Native.Bpf;

namespace FastLb.Native.Tests.Bpf;

/// <summary>The program on single frames within the kernel, without a network (BPF_PROG_TEST_RUN).</summary>
public sealed unsafe partial class DecapsulationProgramTests : IDisposable
{
    private const uint Continue = 0xFFFFFFFF; // TC_ACT_UNSPEC: to the next filter
    private const uint Drop = 2; // TC_ACT_SHOT

    private readonly DecapsulationProgram _program = DecapsulationProgram.Load(Rules());

    public void Dispose() => _program.Dispose();

    [Theory]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    [InlineData(15, 5)]
    [InlineData(5, 6)]
    [InlineData(15, 15)]
    public void Outer_header_goes_with_its_options_and_nothing_else_changes(byte outerWords, byte innerWords) =>
        AssertDecapsulated(new TunnelFrame { OuterWords = outerWords, InnerWords = innerWords });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1440)]
    public void Packet_inside_may_be_of_any_length(int payload) => AssertDecapsulated(new TunnelFrame { Payload = payload });

    [Fact]
    public void Ethernet_padding_is_no_part_of_the_packet() => AssertDecapsulated(new TunnelFrame { Payload = 0, Padding = 6 });

    [Fact]
    public void Packets_that_are_no_tunnels_are_not_even_counted()
    {
        foreach (TunnelFrame frame in (TunnelFrame[])[new() { OuterProtocol = 6 }, new() { OuterProtocol = 41 }, new() { EtherType = 0x86DD }])
        {
            (uint action, byte[] output) = Run(_program, frame.ToBytes());
            Assert.Equal(Continue, action);
            Assert.Equal(frame.ToBytes(), output);
        }

        Assert.All(_program.ReadCounters(), counter => Assert.Equal(0UL, counter.Value));
    }

    [Fact]
    public void Tunnel_to_another_host_is_left_alone()
    {
        AssertLeftAlone(DecapsulationOutcome.NotOwnAddress, new TunnelFrame { OuterDestination = IPAddress.Parse("192.0.2.3") });
        AssertLeftAlone(DecapsulationOutcome.NotOwnAddress, new TunnelFrame { FirstMacOctet = 2 }); // flooded by a bridge
        AssertLeftAlone(DecapsulationOutcome.NotOwnAddress, new TunnelFrame { FirstMacOctet = 1 }); // group address
    }

    [Theory]
    [InlineData(0x2000)] // first
    [InlineData(0x2001)] // middle
    [InlineData(0x0001)] // last
    public void Fragments_of_the_outer_packet_are_left_alone(int fragmentation) =>
        AssertLeftAlone(DecapsulationOutcome.Fragment, new TunnelFrame { OuterFragmentation = (ushort)fragmentation });

    [Fact]
    public void Somebody_elses_tunnel_is_left_alone() =>
        AssertLeftAlone(DecapsulationOutcome.NotVirtualAddress, new TunnelFrame { InnerDestination = TunnelFrame.Own });

    [Fact]
    public void Contradicting_headers_are_left_alone()
    {
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { OuterVersion = 6 });
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { OuterWords = 4 });
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { OuterLength = 39 }); // ends within the inner header
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { OuterLength = 81 }); // ends after the frame
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { InnerVersion = 6 });
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { InnerWords = 4 });
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { InnerLength = 19 });
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { InnerLength = 61 }); // ends after the outer packet
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { InnerLength = 0xFFFF });
        AssertLeftAlone(DecapsulationOutcome.Malformed, new TunnelFrame { Payload = 0, Padding = -1 }); // the inner header is cut off
    }

    [Fact]
    public void Named_directors_alone_may_send()
    {
        using DecapsulationProgram restricted = DecapsulationProgram.Load(Rules(TunnelFrame.Director));

        Assert.Equal(DecapsulationOutcome.Decapsulated, Outcome(restricted, new TunnelFrame()));
        Assert.Equal(DecapsulationOutcome.OtherSender, Outcome(restricted, new TunnelFrame { OuterSource = IPAddress.Parse("192.0.2.9") }));
    }

    [Theory]
    [InlineData(3, 2, 3)] // ECT(0)
    [InlineData(3, 1, 3)] // ECT(1)
    [InlineData(3, 3, 3)]
    [InlineData(2, 1, 1)] // only a congestion mark is handed on
    [InlineData(0x2B, 0x46, 0x47)] // the rest of the byte is the sender's
    public void Congestion_mark_is_handed_on(byte outer, byte inner, byte expected)
    {
        TunnelFrame frame = new() { OuterTypeOfService = outer, InnerTypeOfService = inner };

        (uint action, byte[] output) = Run(_program, frame.ToBytes());

        Assert.Equal(Continue, action);
        Assert.Equal((frame with { InnerTypeOfService = expected }).ToDecapsulated(), output);
        Assert.Equal(0, TunnelFrame.Checksum(output.AsSpan(TunnelFrame.EthernetSize, 20)));
    }

    [Fact]
    public void Marked_packet_of_a_sender_that_knows_no_marks_is_dropped()
    {
        (uint action, _) = Run(_program, new TunnelFrame { OuterTypeOfService = 3 }.ToBytes());

        Assert.Equal(Drop, action);
        Assert.Equal(1UL, _program.ReadCounters()[DecapsulationOutcome.Congested]);
    }

    [Fact]
    public void Rules_are_read_back()
    {
        using DecapsulationProgram program = DecapsulationProgram.Load(Rules(TunnelFrame.Director));
        using DecapsulationProgram open = DecapsulationProgram.Load(Rules());

        DecapsulationRules rules = program.ReadRules();

        Assert.Equal([TunnelFrame.VirtualAddress], rules.VirtualAddresses);
        Assert.Equal([TunnelFrame.Own], rules.OwnAddresses);
        Assert.Equal([TunnelFrame.Director], rules.Directors);
        Assert.Empty(open.ReadRules().Directors);
    }

    [Fact]
    public void Address_of_the_other_family_is_refused() => Assert.Throws<ArgumentException>(() => DecapsulationProgram.Load(Rules(IPAddress.IPv6Loopback)));

    private static DecapsulationRules Rules(params IEnumerable<IPAddress> directors) => new(
        new HashSet<IPAddress> { TunnelFrame.VirtualAddress }, new HashSet<IPAddress> { TunnelFrame.Own }, directors.ToHashSet());

    private static DecapsulationOutcome Outcome(DecapsulationProgram program, TunnelFrame frame)
    {
        IReadOnlyDictionary<DecapsulationOutcome, ulong> before = program.ReadCounters();
        Run(program, frame.ToBytes());
        return Assert.Single(program.ReadCounters(), counter => counter.Value != before[counter.Key]).Key;
    }

    private static (uint Action, byte[] Output) Run(DecapsulationProgram program, byte[] frame)
    {
        byte[] output = new byte[frame.Length + 256];
        fixed (byte* input = frame, result = output)
        {
            SteeringTestRun.TestRunOptions options = new()
            {
                Size = (nuint)Unsafe.SizeOf<SteeringTestRun.TestRunOptions>(),
                DataIn = (nint)input,
                DataOut = (nint)result,
                DataSizeIn = (uint)frame.Length,
                DataSizeOut = (uint)output.Length,
                Repeat = 1,
            };
            int error = bpf_prog_test_run_opts(program.Descriptor, ref options);
            Assert.True(error == 0, $"test run: {(Errno)(-error)}");
            return (options.ReturnValue, output[..(int)options.DataSizeOut]);
        }
    }

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_prog_test_run_opts(BpfDescriptor program, ref SteeringTestRun.TestRunOptions options);

    private void AssertDecapsulated(TunnelFrame frame)
    {
        (uint action, byte[] output) = Run(_program, frame.ToBytes());

        Assert.Equal(Continue, action);
        Assert.Equal(frame.ToDecapsulated(), output);
        Assert.Equal(1UL, _program.ReadCounters()[DecapsulationOutcome.Decapsulated]);
    }

    private void AssertLeftAlone(DecapsulationOutcome reason, TunnelFrame frame)
    {
        ulong before = _program.ReadCounters()[reason];

        (uint action, byte[] output) = Run(_program, frame.ToBytes());

        Assert.Equal(Continue, action);
        Assert.Equal(frame.ToBytes(), output);
        Assert.Equal(before + 1, _program.ReadCounters()[reason]);
    }
}
