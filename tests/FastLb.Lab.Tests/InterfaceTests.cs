using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>Interfaces that come, go, flap and come again under a running director.</summary>
public sealed class InterfaceTests
{
    private const int Port = 7000;
    private const string OwnInsideAddress = "10.0.0.2/24";
    private const string SecondMac = "02:00:00:00:aa:02";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_outlives_a_flap_of_the_inside_interface(bool byCarrier)
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab);
        await using RunningTransfer download = await RunningTransfer.Download(lab.Client, lab.Web01, Port);

        await Flap(lab, balancer, byCarrier, lab.Master.InsidePort, lab.Master.InsideInterface!);

        await download.Progresses();
        (byte[] sent, byte[] received) = await download.Finish();
        Assert.Equal(sent, received);
        (await balancer.Status()).AssertSound();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_outlives_a_flap_of_the_outside_interface(bool byCarrier)
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab);
        await using RunningTransfer download = await RunningTransfer.Download(lab.Client, lab.Web01, Port);

        await Flap(lab, balancer, byCarrier, lab.Master.Name, lab.Master.Interface);

        await download.Progresses();
        (byte[] sent, byte[] received) = await download.Finish();
        Assert.Equal(sent, received);
        (await balancer.Status()).AssertSound();
    }

    [Fact]
    public async Task Inside_interface_that_is_made_again_with_another_mac_is_served_again()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab);
        await using RunningTransfer download = await RunningTransfer.Download(lab.Client, lab.Web01, Port);

        await lab.Master.RemoveInsideInterface();
        await Eventually.Happens(() => balancer.Log.Contains($"{lab.Master.InsideInterface} is gone", StringComparison.Ordinal), "the log to say that it is gone");
        await lab.Master.AddInsideInterface(SecondMac, OwnInsideAddress);

        await download.Progresses();
        (byte[] sent, byte[] received) = await download.Finish();
        Assert.Equal(sent, received);
        (await balancer.Status()).AssertSound();
    }

    private static Task<ReferenceLab> StartLab() => ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat" });

    private static Task<Balancer> StartBalancer(ReferenceLab lab) => Balancer.Start(
        lab, VirtualService.WriteConfiguration(lab, new VirtualService(Port) { Method = "NAT", Servers = [(lab.Web01, 1)] }));

    /// <summary>Takes a link down, waits until the director has seen it, and brings it up again.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="balancer">Which must notice.</param>
    /// <param name="byCarrier">At the bridge's end, as a cable that is pulled; else by the director's administrator.</param>
    /// <param name="port">The bridge's port.</param>
    /// <param name="device">The director's interface.</param>
    private static async Task Flap(ReferenceLab lab, Balancer balancer, bool byCarrier, string port, string device)
    {
        (LabHost host, string link) = byCarrier ? (lab.Segment, port) : (lab.Master, device);
        await host.Ip($"link set dev {link} down");
        await Eventually.Happens(() => balancer.Log.Contains(": down, ", StringComparison.Ordinal), "VRRP to see the link down");
        await host.Ip($"link set dev {link} up");
    }
}
