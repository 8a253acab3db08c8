namespace FastLb.Bfd.Tests.Protocol;

public sealed class BfdPacketCheckTests
{
    // Up, poll, Detect Mult 3, my 0x11223344, your 0x55667788, 50 ms, 20 ms, no echo: RFC 5880 section 4.1 by hand.
    private static readonly byte[] Valid = Convert.FromHexString("20E00318" + "11223344" + "55667788" + "0000C350" + "00004E20" + "00000000");

    [Fact]
    public void Packet_is_read_as_the_RFC_lays_it_out()
    {
        Assert.Equal(BfdDiscardReason.None, BfdPacketCheck.Check(Valid, out BfdControlPacket packet));

        var expected = new BfdControlPacket(BfdState.Up, 0x11223344, 0x55667788)
        {
            IsPoll = true,
            DetectMultiplier = 3,
            DesiredMinTransmit = TimeSpan.FromMilliseconds(50),
            RequiredMinReceive = TimeSpan.FromMilliseconds(20),
        };
        Assert.Equal(expected, packet);
    }

    [Fact]
    public void Packet_is_written_as_the_RFC_lays_it_out()
    {
        Assert.Equal(BfdDiscardReason.None, BfdPacketCheck.Check(Valid, out BfdControlPacket packet));
        byte[] bytes = new byte[BfdControlPacket.Length];
        Array.Fill(bytes, (byte)0xFF);

        packet.Write(bytes);

        Assert.Equal(Convert.ToHexString(Valid), Convert.ToHexString(bytes));
    }

    [Theory]
    [InlineData("27E00318", BfdState.Up, BfdDiagnostic.AdministrativelyDown, true, false, false)]
    [InlineData("21500318", BfdState.Down, BfdDiagnostic.DetectionTimeExpired, false, true, false)]
    [InlineData("3F820318", BfdState.Init, (BfdDiagnostic)31, false, false, true)]
    [InlineData("20080318", BfdState.AdminDown, BfdDiagnostic.None, false, false, false)] // C says nothing to this end
    public void Bits_are_told_apart(string start, BfdState state, BfdDiagnostic diagnostic, bool isPoll, bool isFinal, bool isDemand)
    {
        byte[] bytes = [.. Convert.FromHexString(start), .. Valid[4..]];

        Assert.Equal(BfdDiscardReason.None, BfdPacketCheck.Check(bytes, out BfdControlPacket packet));

        Assert.Equal((state, diagnostic, isPoll, isFinal, isDemand), (packet.State, packet.Diagnostic, packet.IsPoll, packet.IsFinal, packet.IsDemand));
    }

    [Fact]
    public void Any_packet_is_read_as_it_was_written()
    {
        var random = new Random(1);
        byte[] bytes = new byte[BfdControlPacket.Length];
        for (int i = 0; i < 10_000; i++)
        {
            BfdControlPacket packet = new((BfdState)random.Next(4), (uint)random.NextInt64(1, 1L << 32), (uint)random.NextInt64(1, 1L << 32))
            {
                Diagnostic = (BfdDiagnostic)random.Next(32),
                DetectMultiplier = (byte)random.Next(1, 256),
                DesiredMinTransmit = TimeSpan.FromMicroseconds(random.NextInt64(1L << 32)),
                RequiredMinReceive = TimeSpan.FromMicroseconds(random.NextInt64(1L << 32)),
                IsPoll = random.Next(2) == 0,
                IsFinal = random.Next(2) == 0,
                IsDemand = random.Next(2) == 0,
            };
            packet.Write(bytes);
            Assert.Equal(BfdDiscardReason.None, BfdPacketCheck.Check(bytes, out BfdControlPacket read));
            Assert.Equal(packet, read);
        }
    }

    public static TheoryData<BfdDiscardReason, byte[]> Faulty => new()
    {
        { BfdDiscardReason.Truncated, [] },
        { BfdDiscardReason.Truncated, Valid[..3] },
        { BfdDiscardReason.WrongVersion, With(0, 0x00) },
        { BfdDiscardReason.WrongVersion, With(0, 0x40) },
        { BfdDiscardReason.LengthTooShort, With(3, 23) },
        { BfdDiscardReason.LengthTooShort, With(1, 0xE4) }, // 24 octets hold no authentication
        { BfdDiscardReason.LengthExceedsPayload, With(3, 25) },
        { BfdDiscardReason.LengthExceedsPayload, Valid[..4] },
        { BfdDiscardReason.LengthExceedsPayload, Valid[..23] },
        { BfdDiscardReason.ZeroDetectMultiplier, With(2, 0) },
        { BfdDiscardReason.Multipoint, With(1, 0xC1) },
        { BfdDiscardReason.ZeroMyDiscriminator, [.. Valid[..4], 0, 0, 0, 0, .. Valid[8..]] },
        { BfdDiscardReason.ZeroYourDiscriminator, [.. Valid[..8], 0, 0, 0, 0, .. Valid[12..]] },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Faulty_packet_has_its_reason(BfdDiscardReason reason, byte[] payload)
    {
        Assert.Equal(reason, BfdPacketCheck.Check(payload, out BfdControlPacket packet));
        Assert.Equal(default, packet);
    }

    [Fact]
    public void First_fault_in_the_order_of_the_RFC_is_the_one_told()
    {
        byte[] all = new byte[24]; // version 0, Length 0, Detect Mult 0, discriminators 0
        all[1] = 0xC1;
        BfdDiscardReason[] expected =
        [
            BfdDiscardReason.WrongVersion, BfdDiscardReason.LengthTooShort, BfdDiscardReason.LengthExceedsPayload, BfdDiscardReason.ZeroDetectMultiplier,
            BfdDiscardReason.Multipoint, BfdDiscardReason.ZeroMyDiscriminator, BfdDiscardReason.ZeroYourDiscriminator, BfdDiscardReason.None,
        ];
        (int At, byte Value)[] repairs = [(0, 0x20), (3, 25), (3, 24), (2, 1), (1, 0xC0), (4, 1), (8, 1)];

        Assert.Equal(expected[0], BfdPacketCheck.Check(all, out _));
        for (int i = 0; i < repairs.Length; i++)
        {
            all[repairs[i].At] = repairs[i].Value;
            Assert.Equal(expected[i + 1], BfdPacketCheck.Check(all, out _));
        }
    }

    [Theory]
    [InlineData(0x00)] // AdminDown
    [InlineData(0x40)] // Down
    public void Who_has_not_heard_this_end_may_leave_its_discriminator_out(byte flags)
    {
        byte[] bytes = [Valid[0], flags, .. Valid[2..8], 0, 0, 0, 0, .. Valid[12..]];

        Assert.Equal(BfdDiscardReason.None, BfdPacketCheck.Check(bytes, out _));
    }

    [Fact]
    public void What_follows_the_packet_does_not_matter()
    {
        byte[] bytes = [.. Valid, 1, 2, 3];

        Assert.Equal(BfdDiscardReason.None, BfdPacketCheck.Check(bytes, out _));
    }

    [Fact]
    public void Authentication_is_noted_for_the_session_to_refuse()
    {
        byte[] bytes = [.. With(1, 0xC4)[..3], 26, .. Valid[4..], 1, 2];

        Assert.Equal(BfdDiscardReason.None, BfdPacketCheck.Check(bytes, out BfdControlPacket packet));
        Assert.True(packet.HasAuthentication);
        Assert.Throws<InvalidOperationException>(() => packet.Write(new byte[26]));
    }

    [Fact]
    public void No_bytes_throw_or_allocate()
    {
        var random = new Random(2);
        byte[][] payloads = [.. Enumerable.Range(0, 20_000).Select(_ => Hostile(random))];
        var reasons = new int[Enum.GetValues<BfdDiscardReason>().Length];

        Assert.Equal(0, FastLb.Testing.Allocations.Of(() =>
        {
            foreach (byte[] payload in payloads)
                reasons[(int)BfdPacketCheck.Check(payload, out _)]++;
        }));

        BfdDiscardReason[] bySession =
        [
            BfdDiscardReason.UnknownDiscriminator, BfdDiscardReason.UnknownNeighbour, BfdDiscardReason.TooManyHops, BfdDiscardReason.UnexpectedAuthentication,
            BfdDiscardReason.AdministrativelyDown,
        ];
        Assert.All(Enum.GetValues<BfdDiscardReason>().Except(bySession), reason => Assert.True(reasons[(int)reason] > 0, $"{reason} never came"));
    }

    private static byte[] Hostile(Random random)
    {
        byte[] payload = new byte[random.Next(40)];
        if (random.Next(2) == 0)
            random.NextBytes(payload);
        else
            Valid.AsSpan(0, Math.Min(Valid.Length, payload.Length)).CopyTo(payload);
        for (int changes = random.Next(4); changes > 0 && payload.Length > 0; changes--)
            payload[random.Next(Math.Min(payload.Length, 12))] = (byte)(random.Next(2) == 0 ? 0 : random.Next(256));
        if (payload.Length >= 12 && random.Next(8) == 0)
            payload.AsSpan(random.Next(2) == 0 ? 4 : 8, 4).Clear();
        return payload;
    }

    private static byte[] With(int at, byte value)
    {
        byte[] bytes = [.. Valid];
        bytes[at] = value;
        return bytes;
    }
}
