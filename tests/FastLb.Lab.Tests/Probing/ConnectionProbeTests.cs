using FastLb.Lab.Tests.Laboratory;
using FastLb.Probing;
using Xunit;

namespace FastLb.Lab.Tests.Probing;

/// <summary>The probe against a web server of the lab that is stopped, frozen and fenced off, without a director.</summary>
public sealed class ConnectionProbeTests
{
    [Fact]
    public async Task Every_attempt_at_a_healthy_server_is_answered()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using ConnectionProbe probe = lab.Client.StartProbe(lab.Web01.Address);
        await Reaches(probe, TimeSpan.FromSeconds(2));

        ProbeReport report = await probe.Stop();

        Assert.True(report.Failed == 0 && report.Disturbed <= report.Total / 10, report.ToString());
        Assert.Equal("this is web01", Assert.Single(report.Answers).Key);
        Assert.Equal(report.Attempts.OrderBy(attempt => attempt.Start), report.Attempts);
    }

    [Theory]
    [InlineData("stop", "start", "ConnectionRefused")]
    [InlineData("freeze", "thaw", "no answer")]
    [InlineData("firewall", "open", "no connection")]
    public async Task Outage_of_the_server_is_seen_and_named(string begin, string end, string fault)
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using ConnectionProbe probe = lab.Client.StartProbe(lab.Web01.Address);
        await Reaches(probe, TimeSpan.FromSeconds(0.5));
        TimeSpan earliest = probe.Now;
        await lab.Web01.Web(begin);
        await Reaches(probe, probe.Now + TimeSpan.FromSeconds(1.5));
        await lab.Web01.Web(end);
        await Reaches(probe, probe.Now + TimeSpan.FromSeconds(0.5));

        ProbeReport report = await probe.Stop();

        Assert.True(report.Faults.GetValueOrDefault(fault) > 0, report.ToString());
        // An attempt that was under way may fail as well; one that had its answer in time did not.
        Assert.True(report.FirstFailure > earliest - ConnectionProbe.DefaultLimit, report.ToString());
        Assert.True(report.LongestOutage.Duration > TimeSpan.FromSeconds(0.5), report.ToString());
        Assert.False(report.EndsInOutage, report.ToString());
    }

    [Fact]
    public async Task Server_without_a_link_is_an_outage_until_the_link_is_back()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using ConnectionProbe probe = lab.Client.StartProbe(lab.Web01.Address);
        await Reaches(probe, TimeSpan.FromSeconds(0.5));
        await lab.Web01.CutLink();
        Assert.Contains("NO-CARRIER", await lab.Web01.Ip($"link show dev {lab.Web01.Interface}"), StringComparison.Ordinal);
        await Reaches(probe, probe.Now + TimeSpan.FromSeconds(1.5));
        await lab.Web01.RestoreLink();
        await Reaches(probe, probe.Now + TimeSpan.FromSeconds(1.5));

        ProbeReport report = await probe.Stop();

        Assert.True(report.LongestOutage.Duration > TimeSpan.FromSeconds(1), report.ToString());
        Assert.False(report.EndsInOutage, report.ToString());
    }

    private static async Task Reaches(ConnectionProbe probe, TimeSpan time)
    {
        TimeSpan left = time - probe.Now;
        if (left > TimeSpan.Zero)
            await Task.Delay(left);
    }
}
