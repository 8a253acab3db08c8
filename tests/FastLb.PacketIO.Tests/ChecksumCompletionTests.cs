using System.Buffers.Binary;
using CsCheck;
using Xunit;

namespace FastLb.PacketIO.Tests;

/// <summary>Against a recomputation that is as plain as RFC 1071 §1: octet by octet, in network order.</summary>
public sealed class ChecksumCompletionTests
{
    private static readonly Gen<(byte[] Bytes, int Start)> Packets =
        Gen.Select(Gen.Int[0, 80], Gen.Int[8, 3000]).SelectMany((start, length) => Gen.Byte.Array[start + length].Select(bytes => (bytes, start)));

    [Fact]
    public void Sum_equals_octet_wise_recomputation() =>
        Gen.Byte.Array[0, 300].Sample(bytes => Assert.Equal(PlainSum(bytes), InNetworkOrder(ChecksumCompletion.Sum(bytes))));

    [Fact]
    public void Sum_of_the_largest_values_does_not_overflow()
    {
        byte[] bytes = new byte[65535];
        bytes.AsSpan().Fill(0xFF);
        Assert.Equal(PlainSum(bytes), InNetworkOrder(ChecksumCompletion.Sum(bytes)));
    }

    [Fact]
    public void Completed_packet_verifies_and_differs_in_the_field_only() =>
        Gen.Select(Packets, Gen.UShort).Sample((packet, pseudoHeaderSum) =>
        {
            const int field = 6;
            byte[] frame = (byte[])packet.Bytes.Clone();
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(packet.Start + field), pseudoHeaderSum);
            byte[] before = (byte[])frame.Clone();

            Assert.True(ChecksumCompletion.TryComplete(frame, packet.Start, field));

            // A receiver adds the pseudo-header and the segment with its checksum and gets all ones (RFC 1071 §1 (3)).
            uint total = (uint)PlainSum(frame.AsSpan(packet.Start)) + pseudoHeaderSum;
            Assert.Equal(0xFFFFu, (total & 0xFFFF) + (total >> 16));
            frame[packet.Start + field] = before[packet.Start + field];
            frame[packet.Start + field + 1] = before[packet.Start + field + 1];
            Assert.Equal(before, frame);
        });

    [Fact]
    public void A_checksum_of_zero_is_sent_as_all_ones()
    {
        byte[] frame = [0xFF, 0xFF, 0, 0];
        Assert.True(ChecksumCompletion.TryComplete(frame, start: 0, offset: 2));
        Assert.Equal([0xFF, 0xFF, 0xFF, 0xFF], frame);
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(7, 0)]
    [InlineData(8, 0)]
    [InlineData(65535, 65535)]
    [InlineData(-1, 4)]
    public void A_field_outside_the_frame_is_left_alone(int start, int offset)
    {
        byte[] frame = [1, 2, 3, 4, 5, 6, 7, 8];
        Assert.False(ChecksumCompletion.TryComplete(frame, start, offset));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], frame);
    }

    private static ushort InNetworkOrder(ushort sum) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(sum) : sum;

    private static ushort PlainSum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? (uint)bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
