using System.Text;
using System.Text.Json;
using FastLb.HealthChecks.Snapshots;

namespace FastLb.HealthChecks.Tests.Snapshots;

/// <summary>How the saved state is written and read.</summary>
public sealed class HealthSnapshotTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_written_is_read_again()
    {
        HealthSnapshot snapshot = Sample();
        HealthSnapshot? read = HealthSnapshot.Read(snapshot.ToJson(), out string? fault);
        Assert.Null(fault);
        Assert.NotNull(read);
        Assert.Equal(JsonSerializer.Serialize(snapshot), JsonSerializer.Serialize(read));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"services\":null}")]
    [InlineData("{\"version\":\"one\",\"services\":[]}")]
    [InlineData("{\"version\":1,\"services\":[{\"address\":\"10.0.0.1\"}]}")]
    [InlineData("{\"version\":1,\"services\":[{\"address\":\"10.0.0.1\",\"protocol\":\"TCP\",\"port\":99999,\"hasQuorum\":true,\"since\":null,\"servers\":[]}]}")]
    public void Damage_is_told_and_never_thrown(string json)
    {
        Assert.Null(HealthSnapshot.Read(Encoding.UTF8.GetBytes(json), out string? fault));
        Assert.False(string.IsNullOrEmpty(fault));
    }

    [Fact]
    public void Every_truncation_and_every_flipped_bit_is_read_or_refused()
    {
        byte[] json = Sample().ToJson();
        int refused = 0;
        for (int length = 0; length < json.Length; length++)
        {
            Assert.Null(HealthSnapshot.Read(json.AsSpan(0, length), out string? fault));
            Assert.NotNull(fault);
        }

        for (int bit = 0; bit < json.Length * 8; bit++)
        {
            byte[] damaged = [.. json];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            HealthSnapshot? read = HealthSnapshot.Read(damaged, out string? fault);
            Assert.Equal(read is null, fault is not null);
            refused += read is null ? 1 : 0;
            if (read is not null)
                _ = new RestoredHealth(read).Remarks();
        }

        Assert.InRange(refused, json.Length, json.Length * 8);
    }

    [Fact]
    public void Entries_that_make_no_sense_are_left_out_one_by_one()
    {
        HealthSnapshot sound = Sample();
        ServiceSnapshot service = sound.Services[0];
        ServerSnapshot server = service.Servers[0];
        CheckSnapshot check = server.Checks[0];
        HealthSnapshot damaged = new(HealthSnapshot.CurrentVersion,
        [
            null!,
            service with { Address = "nowhere" },
            service with { Protocol = "ICMP" },
            service with
            {
                Servers =
                [
                    null!,
                    server with { Address = "" },
                    server with
                    {
                        Checks =
                        [
                            null!,
                            check with { Kind = null! },
                            check with { Ordinal = 1, HasRun = false },
                            check with { Ordinal = 2, Failures = 0 },
                            check,
                            check with { IsUp = true },
                        ],
                    },
                    server,
                ],
            },
            service,
        ]);
        var restored = new RestoredHealth(damaged);
        ServiceIdentity serviceIdentity = new(System.Net.IPAddress.Parse("10.0.0.1"), Configuration.Model.TransportProtocol.Tcp, 80);
        ServerIdentity serverIdentity = new(System.Net.IPAddress.Parse("192.0.2.1"), 80);
        Assert.NotNull(restored.Find(serviceIdentity));
        Assert.NotNull(restored.Find(serviceIdentity, serverIdentity));
        Assert.Same(check, restored.Find(serviceIdentity, serverIdentity, new CheckIdentity("TCP_CHECK", "192.0.2.1:80", 0)));
        Assert.Equal(
            [
                "a saved service is null",
                "a saved service is called 'TCP nowhere 80', which names none",
                "a saved service is called 'ICMP 10.0.0.1 80', which names none",
                "a saved server of TCP 10.0.0.1:80 is null",
                "a saved server of TCP 10.0.0.1:80 is called ' 80', which names none",
                "a saved check for 192.0.2.1:80 of TCP 10.0.0.1:80 is null",
                "a saved check for 192.0.2.1:80 of TCP 10.0.0.1:80 has no name",
                "a saved check for 192.0.2.1:80 of TCP 10.0.0.1:80 has failed 2 times without having run",
                "a saved check for 192.0.2.1:80 of TCP 10.0.0.1:80 is down without having failed",
                "a saved check for 192.0.2.1:80 of TCP 10.0.0.1:80 was saved twice; the first counts",
                "192.0.2.1:80 of TCP 10.0.0.1:80 was saved twice; the first counts",
                "TCP 10.0.0.1:80 was saved twice; the first counts",
            ],
            restored.Remarks());
    }

    [Fact]
    public void What_is_not_configured_any_more_is_told_at_its_outermost()
    {
        var none = new RestoredHealth(Sample());
        Assert.Equal(["TCP 10.0.0.1:80 is not configured any more"], none.Remarks());

        var service = new RestoredHealth(Sample());
        ServiceIdentity identity = new(System.Net.IPAddress.Parse("10.0.0.1"), Configuration.Model.TransportProtocol.Tcp, 80);
        service.Find(identity);
        Assert.Equal(["192.0.2.1:80 of TCP 10.0.0.1:80 is not configured any more"], service.Remarks());
        service.Find(identity, new ServerIdentity(System.Net.IPAddress.Parse("192.0.2.1"), 80));
        Assert.Equal(["TCP_CHECK 192.0.2.1:80 for 192.0.2.1:80 of TCP 10.0.0.1:80 is not configured any more"], service.Remarks());
    }

    [Fact]
    public void Another_version_is_not_read()
    {
        var restored = new RestoredHealth(Sample() with { Version = 2 });
        Assert.Equal(["the saved state has version 2, and only 1 is read"], restored.Remarks());
    }

    private static HealthSnapshot Sample() => new(HealthSnapshot.CurrentVersion,
    [
        new("10.0.0.1", "TCP", 80, HasQuorum: false, Noon,
        [
            new("192.0.2.1", 80, IsUp: false, Noon,
            [
                new("TCP_CHECK", "192.0.2.1:80", 0, IsUp: false, HasRun: true, Failures: 2, "connection refused", Noon),
            ]),
        ]),
    ]);
}
