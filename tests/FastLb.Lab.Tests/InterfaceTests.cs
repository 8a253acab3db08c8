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

        await AssertGoesOn(download, balancer);
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

        await AssertGoesOn(download, balancer);
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

        await AssertGoesOn(download, balancer);
    }

    [Fact]
    public async Task Outside_interface_that_is_made_again_with_another_mac_gets_the_address_and_is_served_again()
    {
        await using ReferenceLab lab = await StartLab();
        await using Balancer balancer = await StartBalancer(lab);
        await using RunningTransfer download = await RunningTransfer.Download(lab.Client, lab.Web01, Port);

        await lab.Master.RemoveInterface();
        await FaultIs(balancer, $"there is no interface {lab.Master.Interface}");
        await lab.Master.AddInterface(SecondMac);

        await AssertGoesOn(download, balancer);
    }

    [Fact]
    public async Task Director_starts_without_the_interface_of_its_instance_and_serves_when_it_comes()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await lab.Master.RemoveInterface();
        await using Balancer balancer = await Balancer.Start(lab.Master, Repository.AloneConfiguration);

        string missing = $"there is no interface {lab.Master.Interface}";
        Assert.Matches($@"alone\.conf:\d+:\d+: {missing}; vrrp_instance VI_1 is in fault until there is", balancer.Log);
        await FaultIs(balancer, missing);
        string status = (await Balancer.RunCommand("status", "--runtime-dir", balancer.RuntimeDirectory)).Expected();
        Assert.Contains($"{ReferenceLab.VirtualAddressText}/32 on {lab.Master.Interface}: released; VI_1 is in fault: {missing}", status, StringComparison.Ordinal);

        await lab.Master.AddInterface(SecondMac);

        await AnswersAgain(lab);
        Assert.NotEqual(0, (await balancer.Status()).Service(80).Connections);
        (await balancer.Status()).AssertSound();
    }

    [Fact]
    public async Task Director_starts_without_the_inside_interface_and_serves_when_it_comes()
    {
        await using ReferenceLab lab = await StartLab();
        await lab.Master.RemoveInsideInterface();
        await using Balancer balancer = await Balancer.Start(
            lab.Master, VirtualService.WriteConfiguration(lab, new VirtualService(Port) { Method = "NAT", Servers = [(lab.Web01, 1)] }));

        string missing = $"there is no interface {lab.Master.InsideInterface}";
        Assert.Contains($"{missing}; 10.0.0.1 waits for it, and vrrp_instance VI_1 is in fault until there is", balancer.Log, StringComparison.Ordinal);
        await FaultIs(balancer, $"{missing}, where 10.0.0.1 belongs");

        await lab.Master.AddInsideInterface(SecondMac, OwnInsideAddress);
        await lab.Master.AcquiresVirtualAddress();
        await Eventually.Observe(balancer.Status, status => status.Service(Port) is { Steered: true } service && service.Servers[0].Adjacency.IsResolved, "the service to be served");

        await using RunningTransfer download = await RunningTransfer.Download(lab.Client, lab.Web01, Port);
        (byte[] sent, byte[] received) = await download.Finish();
        Assert.Equal(sent, received);
        (await balancer.Status()).AssertSound();
    }

    private static Task<ReferenceLab> StartLab() => ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat" });

    private static Task<Balancer> StartBalancer(ReferenceLab lab) => Balancer.Start(
        lab, VirtualService.WriteConfiguration(lab, new VirtualService(Port) { Method = "NAT", Servers = [(lab.Web01, 1)] }));

    private static Task<CommandResult> AnswersAgain(ReferenceLab lab) => Eventually.Observe(
        () => lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 1), result => result.ExitCode == 0, "the service to answer");

    private static async Task AssertGoesOn(RunningTransfer download, Balancer balancer)
    {
        await download.Progresses();
        (byte[] sent, byte[] received) = await download.Finish();
        Assert.Equal(sent, received);
        (await balancer.Status()).AssertSound();
    }

    /// <summary>Waits until the director's instance is in fault for this reason.</summary>
    private static async Task FaultIs(Balancer balancer, string cause) => await Eventually.Observe(
        balancer.Vrrp, vrrp => vrrp.Instances is [{ State: "fault" } instance] && instance.Cause == cause, $"the instance to be in fault, because {cause}");

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
