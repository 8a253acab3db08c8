using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

public sealed class VrrpGroupBindingTests
{
    private const string Instances =
        "vrrp_script S {\n script /s\n weight 5\n}\nvrrp_instance VI_1 {\n interface eth0\n virtual_router_id 1\n no_virtual_ipaddress\n track_script {\n S\n }\n}\nvrrp_instance VI_2 {\n interface eth0\n virtual_router_id 2\n no_virtual_ipaddress\n}\n";

    [Fact]
    public void Group_of_two_is_kept_whole()
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            "vrrp_sync_group G {\n group {\n VI_1 VI_2\n }\n track_interface {\n eth9\n }\n notify_master /m\n notify /n\n smtp_alert no\n notify_priority_changes\n global_tracking\n sync_group_tracking_weight\n}\n" + Instances, "f");
        Assert.Equal(
            new VrrpSyncGroup("G", ["VI_1", "VI_2"])
            {
                Trackers = new VrrpTrackers { Interfaces = [new Tracker("eth9", null)] },
                Notifications = new VrrpNotifications { Master = new NotifyScript(["/m"], null), Any = new NotifyScript(["/n"], null) },
                SendsMail = false,
                TellsPriorityChanges = true,
                SharesTrackers = true,
                KeepsWeights = true,
            },
            Assert.Single(result.Configuration!.SyncGroups));
        Assert.Single(result.Configuration.VrrpInstances[0].Trackers.Scripts);
    }

    [Fact]
    public void Weights_of_members_do_not_count_unless_the_group_says_so()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n" + Instances, "f");
        Assert.Equal("FLB1330", Assert.Single(result.Diagnostics, d => d.Severity == DiagnosticSeverity.Warning).Code);
        Assert.Empty(result.Configuration!.VrrpInstances[0].Trackers.Scripts);
    }

    [Theory]
    [InlineData("vrrp_sync_group G {\n group {\n VI_1\n VI_2\n VI_3\n }\n sync_group_tracking_weight\n}", "FLB1324", "the sync group 'G' names 'VI_3', and there is no such instance", 1)]
    [InlineData("vrrp_sync_group G {\n group {\n VI_1\n VI_2\n VI_1\n }\n sync_group_tracking_weight\n}", "FLB1322", "'VI_1' is listed before, on line 3", 1)]
    [InlineData("vrrp_sync_group G {\n group {\n VI_1\n }\n sync_group_tracking_weight\n}", "FLB1326", "the sync group 'G' has one instance only", 1)]
    [InlineData("vrrp_sync_group G {\n group {\n }\n}", "FLB1326", "the sync group 'G' has no instance", 0)]
    [InlineData("vrrp_sync_group G {\n smtp_alert\n}", "FLB1326", "the sync group 'G' has no instance", 0)]
    [InlineData("vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n group {\n VI_1\n }\n sync_group_tracking_weight\n}", "FLB1308", "'G' lists its members before", 1)]
    [InlineData("vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n sync_group_tracking_weight\n}\nvrrp_sync_group G {\n group {\n VI_1\n }\n}", "FLB1320", "the sync group 'G' is defined before, on line 1", 1)]
    public void Group_at_fault_is_told(string group, string code, string message, int kept)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(group + "\n" + Instances, "f");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Severity is DiagnosticSeverity.Warning or DiagnosticSeverity.Error);
        Assert.Equal((code, message), (diagnostic.Code, diagnostic.Message));
        Assert.Equal(kept, result.Configuration!.SyncGroups.Count);
    }

    [Fact]
    public void Instance_is_in_the_first_group_that_names_it()
    {
        const string Groups = "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\nvrrp_sync_group H {\n group {\n VI_2\n VI_1\n }\n}\n";
        ConfigurationResult result = ConfigurationLoader.Parse(Groups + Instances, "f");
        Assert.Equal([9, 10], result.Diagnostics.Where(d => d.Code == "FLB1325").Select(d => d.Span.Line));
        Assert.Equal("G", Assert.Single(result.Configuration!.SyncGroups).Name);
    }

    [Theory]
    [InlineData("track_group T {\n group {\n VI_1 VI_9\n }\n}", "FLB1324", "the track group 'T' names 'VI_9', and there is no such instance")]
    [InlineData("track_group T {\n group {\n VI_1\n }\n}\ntrack_group T {\n group {\n VI_2\n }\n}", "FLB1320", "the track group 'T' is defined before, on line 18")]
    public void Track_group_keeps_the_instances_that_exist(string group, string code, string message)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(Instances + group, "f");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Severity != DiagnosticSeverity.Notice && d.Severity != DiagnosticSeverity.Refusal);
        Assert.Equal((code, message), (diagnostic.Code, diagnostic.Message));
        Assert.Equal(new TrackGroup("T", ["VI_1"]), Assert.Single(result.Configuration!.TrackGroups));
    }

    [Fact]
    public void Interface_is_in_one_garp_group()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("garp_group {\n garp_interval 0.5\n interface e1\n interfaces {\n e2 e1\n }\n}\ngarp_group {\n gna_interval 1\n interface e2\n}\n", "f");
        Assert.Equal(["FLB1325", "FLB1321", "FLB1325"], result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.Code));
        Assert.Equal(new GratuitousArpGroup(["e1", "e2"]) { ArpInterval = TimeSpan.FromSeconds(0.5) }, Assert.Single(result.Configuration!.GratuitousArpGroups));
    }

    [Theory]
    [InlineData("e1 1.5", null, 1.5, 1.5)]
    [InlineData("e1 0 255", null, 0, 255)]
    [InlineData("e1 256", "FLB1202", -1, -1)]
    [InlineData("e1 1 x", "FLB1201", -1, -1)]
    [InlineData("e1", "FLB1201", -1, -1)]
    [InlineData("e1 1\n e1 2", "FLB1322", 1, 1)]
    [InlineData("e1 1.00000049", "FLB1204", 1, 1)]
    public void Delays_of_links_are_bounded(string lines, string? code, double down, double up)
    {
        ConfigurationResult result = ConfigurationLoader.Parse($"interface_up_down_delays {{\n {lines}\n}}", "f");
        Assert.Equal(code, result.Diagnostics.SingleOrDefault(d => d.Severity != DiagnosticSeverity.Refusal)?.Code);
        Assert.Equal(down < 0 ? [] : [new InterfaceDelay("e1", TimeSpan.FromSeconds(down), TimeSpan.FromSeconds(up))], result.Configuration!.InterfaceDelays);
    }

    [Theory]
    [InlineData("1.999999", false)]
    [InlineData("2", true)]
    public void Delay_beyond_the_takeover_is_warned_of(string delay, bool warns)
    {
        ConfigurationResult result = ConfigurationLoader.Parse($"interface_up_down_delays {{\n eth0 {delay}\n}}\n{Instances}", "f");
        Assert.Equal(warns, result.Diagnostics.Any(d => d.Code == "FLB1332"));
    }

    [Fact]
    public void Polled_interfaces_have_their_method()
    {
        ConfigurationResult result = ConfigurationLoader.Parse("linkbeat_use_polling\nlinkbeat_interfaces {\n e1\n e2 ETHTOOL\n e3 mii\n e2\n}\n", "f");
        Assert.Equal([new("e1", LinkbeatMethod.Any), new("e2", LinkbeatMethod.Ethtool), new("e3", LinkbeatMethod.Any)], result.Configuration!.LinkbeatInterfaces);
        Assert.True(result.Configuration.PollsLinks);
        Assert.Equal(["FLB1323", "FLB1322"], result.Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Notice).Select(d => d.Code));
    }
}
