using System.Net;
using FastLb.Dataplane.Pipeline;
using FastLb.PacketIO.AfXdp;
using Xunit;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>
/// Two hosts with default offloads, joined by two AF_XDP ports that share one packet memory and pass every frame on to the other. Needs root.
/// </summary>
[Collection(LiveCollection.Name)]
public sealed class ForwardingTests : IDisposable
{
    private const int Megabyte = 1 << 20;

    private readonly NetworkNamespace _client = new("c");
    private readonly NetworkNamespace _director = new("d");
    private readonly NetworkNamespace _server = new("s");

    public void Dispose()
    {
        _client.Dispose();
        _director.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Tcp_works_with_default_offloads_by_checksum_requests_to_the_kernel(int queues)
    {
        using PortWorker worker = Start(queues, new AfXdpOptions(), PassOnWithChecksum(queues));
        Assert.True(worker.Set.Umem.ChecksumOffload, "this kernel has no transmit metadata; it needs Linux 6.11");
        Assert.True(Exchange(8 * Megabyte));
        PortCounters[] counters = [.. Enumerable.Range(0, 2 * queues).Select(worker.Counters)];
        Assert.True(counters.Sum(port => port.ChecksumsOffloaded) > 1000);
        Assert.Equal(0, counters.Sum(port => port.ChecksumsCompleted));
        AssertBalanced(worker);
    }

    [Fact]
    public void Tcp_works_with_default_offloads_by_checksums_in_software()
    {
        using PortWorker worker = Start(1, new AfXdpOptions { Checksums = ChecksumOffloadMode.Software }, PassOnWithChecksum(1));
        Assert.False(worker.Set.Umem.ChecksumOffload);
        Assert.True(Exchange(8 * Megabyte));
        Assert.True(worker.Counters(0).ChecksumsCompleted + worker.Counters(1).ChecksumsCompleted > 1000);
        Assert.Equal(0, worker.Counters(0).ChecksumsOffloaded + worker.Counters(1).ChecksumsOffloaded);
        AssertBalanced(worker);
    }

    [Fact]
    public void Without_checksum_completion_no_connection_comes_about()
    {
        using PortWorker worker = Start(1, new AfXdpOptions(), PassOn(1));
        Assert.False(Exchange(1, TimeSpan.FromSeconds(2)));
        AssertBalanced(worker);
    }

    [Theory]
    [InlineData(ChecksumOffloadMode.Automatic, 2048)]
    [InlineData(ChecksumOffloadMode.Automatic, 4096)]
    [InlineData(ChecksumOffloadMode.Software, 2048)]
    public void Tcp_works_with_jumbo_frames_and_default_offloads(ChecksumOffloadMode checksums, int chunkSize)
    {
        int largest = 0;
        FrameHandler passOn = PassOnWithChecksum(1);
        AfXdpOptions options = new() { Checksums = checksums, ChunkSize = chunkSize };
        using PortWorker worker = Start(
            1,
            options,
            (frame, ref slot) =>
            {
                largest = Math.Max(largest, slot.Length + slot.Rest);
                return passOn(frame, ref slot);
            },
            mtu: 9000);
        Assert.True(Exchange(16 * Megabyte));
        PortCounters[] counters = [worker.Counters(0), worker.Counters(1)];
        bool offloaded = checksums == ChecksumOffloadMode.Automatic;
        Assert.True(counters.Sum(port => offloaded ? port.ChecksumsOffloaded : port.ChecksumsCompleted) > 1000);
        Assert.Equal(0, counters.Sum(port => offloaded ? port.ChecksumsCompleted : port.ChecksumsOffloaded));
        AssertBalanced(worker);
        Assert.Equal(9014, largest);
    }

    private PortWorker Start(int queues, AfXdpOptions options, FrameHandler handler, int mtu = 1500)
    {
        NetworkNamespace.Join(_client, "c0", _director, "dc", queues, mtu);
        NetworkNamespace.Join(_server, "s0", _director, "ds", queues, mtu);
        _client.Ip("address", "add", "192.0.2.1/24", "dev", "c0");
        _server.Ip("address", "add", "192.0.2.2/24", "dev", "s0");
        return new PortWorker(
            _director, [.. PortWorker.QueuesOf(_director, "dc", queues), .. PortWorker.QueuesOf(_director, "ds", queues)], options, handler);
    }

    private bool Exchange(int length, TimeSpan? connectTimeout = null) =>
        TcpExchange.Echo(_client, _server, IPAddress.Parse("192.0.2.2"), length, connectTimeout ?? TimeSpan.FromSeconds(10));

    private static FrameHandler PassOn(int queues) => (_, ref slot) =>
    {
        slot.EgressPort = (ushort)((slot.IngressPort + queues) % (2 * queues));
        return true;
    };

    private static FrameHandler PassOnWithChecksum(int queues)
    {
        FrameHandler passOn = PassOn(queues);
        return (frame, ref slot) =>
        {
            PartialChecksum.Mark(frame, ref slot);
            return passOn(frame, ref slot);
        };
    }

    private static void AssertBalanced(PortWorker worker)
    {
        FrameAccount account = worker.Stop(out bool quiet);
        Assert.True(quiet && account.IsBalanced, account.ToString());
    }
}
