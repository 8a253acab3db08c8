using System.Globalization;
using FastLb.Bfd.Hosting;
using FastLb.Bfd.Tests.Hosts;
using FastLb.Native.Tests.Namespaces;
using FastLb.Runtime.Tests;

namespace FastLb.Bfd.Tests.Peers;

/// <summary>Sessions with keepalived's own <c>bfd_instance</c>, over a veth pair.</summary>
public sealed class KeepalivedTests : IDisposable
{
    private readonly DualStackPair _pair = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _pair.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(VethPair.NearAddress, VethPair.FarAddress)]
    [InlineData(DualStackPair.NearAddress6, DualStackPair.FarAddress6)]
    public void Session_comes_up_at_both_ends_and_falls_at_each_when_the_other_ends(string near, string far)
    {
        using PeerProcess keepalived = Start(near, far);
        using (RunningHost host = new(_pair.Near, RunningHost.Session("peer", far, near)))
        {
            host.Until("peer", status => status is { IsUp: true, RemoteState: BfdState.Up, ReceiveInterval.TotalMilliseconds: 80, DetectionTime.TotalMilliseconds: 3200 });
            Says(keepalived, "(other) Entering Up state", times: 1);
        }

        Says(keepalived, "(other) Entering Down state", times: 1);
        using RunningHost second = new(_pair.Near, RunningHost.Session("peer", far, near));
        second.UntilUp();
        Says(keepalived, "(other) Entering Up state", times: 2);

        keepalived.Kill();
        BfdStatus down = second.Until("peer", status => !status.IsUp);
        Assert.Equal(BfdDiagnostic.DetectionTimeExpired, down.Diagnostic);
    }

    private static void Says(PeerProcess process, string text, int times) => Assert.True(
        SpinWait.SpinUntil(() => process.Output.Split(text).Length - 1 >= times || process.HasExited, TimeSpan.FromSeconds(60)) && !process.HasExited,
        $"'{text}' isn't there {times} times: {process.Output}");

    private PeerProcess Start(string near, string far)
    {
        string PathOf(string name) => System.IO.Path.Combine(_folder.Path, name);
        File.WriteAllText(PathOf("conf"), string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            bfd_instance other {
              neighbor_ip {{near}}
              source_ip {{far}}
              min_rx 80
              min_tx 80
              idle_tx 1000
              multiplier 40
            }
            vrrp_instance VI_1 {
              interface {{VethPair.FarName}}
              virtual_router_id 51
              track_bfd {
                other
              }
              virtual_ipaddress {
                192.0.2.100/32
              }
            }
            """));
        return new PeerProcess(
            _pair.Far, "keepalived", "--dont-fork", "--log-console", "--log-detail", "--no-syslog", "--use-file", PathOf("conf"),
            "--pid", PathOf("parent"), "--vrrp_pid", PathOf("vrrp"), "--checkers_pid", PathOf("checkers"), "--bfd_pid", PathOf("bfd"));
    }
}
