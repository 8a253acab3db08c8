using System.Buffers.Binary;
using CsCheck;

namespace FastLb.Wire.Tests;

public sealed class InternetChecksumTests
{
    [Fact]
    public void Sum_equals_the_one_of_the_rfc_for_any_bytes() =>
        Gen.Byte.Array[0, 2000].Sample(bytes => Assert.Equal(SumByTheRfc(bytes), InternetChecksum.Sum(bytes)));

    [Fact]
    public void Update_equals_a_full_recomputation() =>
        Gen.Select(Gen.Byte.Array[20, 60], Gen.Int[0, 9], Gen.UShort).Sample((bytes, word, now) =>
        {
            byte[] changed = (byte[])bytes.Clone();
            ushort old = (ushort)((bytes[word * 2] << 8) | bytes[(word * 2) + 1]);
            changed[word * 2] = (byte)(now >> 8);
            changed[(word * 2) + 1] = (byte)now;

            ushort updated = InternetChecksum.Update((ushort)~InternetChecksum.Sum(bytes), InternetChecksum.Difference(old, now));

            // 0 and ffff are the same number in one's complement.
            Assert.Equal(0xFFFF, InternetChecksum.Fold((ulong)updated + SumByTheRfc(changed)) | (SumByTheRfc(changed) == 0 ? updated : 0));
        });

    [Fact]
    public void Differences_of_an_address_and_a_port_add_up() =>
        Gen.Select(Gen.Byte.Array[20, 60], Gen.UInt, Gen.UShort).Sample((bytes, address, port) =>
        {
            byte[] changed = (byte[])bytes.Clone();
            BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(12), address);
            BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(2), port);
            uint difference = InternetChecksum.Difference(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(12)), address)
                + InternetChecksum.Difference(BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2)), port);

            ushort updated = InternetChecksum.Update((ushort)~InternetChecksum.Sum(bytes), difference);
            ushort sum = InternetChecksum.UpdateSum(InternetChecksum.Sum(bytes), difference);

            Assert.Equal(SumByTheRfc(changed) % 0xFFFF, (ushort)~updated % 0xFFFF); // 0 and ffff are the same number
            Assert.Equal(SumByTheRfc(changed) % 0xFFFF, sum % 0xFFFF);
        });

    [Fact]
    public void Example_of_rfc_1071_has_its_sum() =>
        Assert.Equal(0xDDF2, InternetChecksum.Sum([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]));

    private static ushort SumByTheRfc(byte[] bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
            sum += (uint)((bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)sum;
    }
}
