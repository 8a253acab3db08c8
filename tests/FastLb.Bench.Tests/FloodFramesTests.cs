using FastLb.Bench.Laboratory;
using FastLb.Bench.Traffic;
using FastLb.Wire;

namespace FastLb.Bench.Tests;

public sealed class FloodFramesTests
{
    [Theory]
    [InlineData(BenchOptions.ShortestFrame)]
    [InlineData(61)]
    [InlineData(BenchOptions.LongestFrame)]
    public void Each_frame_is_a_whole_datagram_of_a_flow_of_its_own_with_right_checksums(int length)
    {
        HashSet<(uint, ushort)> clients = [];
        byte[] frame = new byte[length];
        for (int flow = 0; flow < BenchOptions.MostFlows; flow += 97)
        {
            frame.AsSpan().Clear();
            FloodFrames.Write(frame, flow);

            Assert.True(EthernetView.TryParse(frame, out EthernetView ethernet));
            Assert.Equal((BenchAddresses.Colons(BenchAddresses.DirectorOuterMac), BenchAddresses.Colons(BenchAddresses.ClientMac), EtherType.Ipv4), (ethernet.Destination.ToString(), ethernet.Source.ToString(), ethernet.Type));
            Assert.True(Ipv4View.TryParse(frame.AsSpan(EthernetView.HeaderLength), out Ipv4View packet));
            Assert.True(packet.HasValidChecksum && packet.TotalLength == length - EthernetView.HeaderLength && packet.Protocol == IpProtocol.Udp);
            Assert.Equal(BenchAddresses.Service.ToString(), IpAddress.FromV4(packet.Destination).ToString());
            Assert.True(UdpView.TryParse(packet.Payload, out UdpView udp));
            Assert.Equal(BenchAddresses.FloodPort, udp.DestinationPort);

            // RFC 768, RFC 1071: with the checksum in its place, everything sums up to all ones.
            uint sum = (uint)InternetChecksum.PseudoHeaderSum(packet.Source, packet.Destination, IpProtocol.Udp, packet.PayloadLength) + InternetChecksum.Sum(packet.Payload);
            Assert.Equal(0xFFFF, InternetChecksum.Fold(sum));
            Assert.True(clients.Add((packet.Source, udp.SourcePort)), $"flow {flow} has the client of another one");
        }
    }
}
