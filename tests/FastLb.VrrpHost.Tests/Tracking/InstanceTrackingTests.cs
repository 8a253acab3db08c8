using FastLb.Configuration.Model;
using FastLb.VrrpHost.Tracking;

namespace FastLb.VrrpHost.Tests.Tracking;

/// <summary>Who counts for an instance: itself and its sync group.</summary>
public sealed class InstanceTrackingTests
{
    private const string Definitions = """
        vrrp_script okpos {
          script /bin/true
          weight 10
        }
        vrrp_script badneg {
          script /bin/false
          weight -10
        }
        vrrp_script bad0 {
          script /bin/false
        }
        track_file tf {
          file /tmp/none
        }

        """;

    private static readonly Dictionary<TrackedKey, TrackedState> States = new()
    {
        [new TrackedKey(TrackerKind.Script, "okpos")] = TrackedState.Up,
        [new TrackedKey(TrackerKind.Script, "badneg")] = TrackedState.Down,
        [new TrackedKey(TrackerKind.Script, "bad0")] = TrackedState.Down,
        [new TrackedKey(TrackerKind.File, "tf")] = TrackedState.Of(2),
        [new TrackedKey(TrackerKind.Interface, "trvx")] = TrackedState.Down,
    };

    [Fact]
    public void Weights_of_definitions_and_of_lines_add_up()
    {
        InstanceTracking tracking = Track(Instance("a", "track_script {\n okpos\n badneg weight -30\n }\n track_file {\n tf weight 3\n }"));

        Assert.Equal(10 - 30 + 6, tracking.PriorityChange);
        Assert.False(tracking.IsFaulty);
        Assert.False(tracking.IsAwaited);
        Assert.Equal([10, -30, 6], tracking.Trackers.Select(tracker => tracker.Effect.Contribution));
        Assert.Null(tracking.Fault);
    }

    [Fact]
    public void Interface_without_weight_is_a_fault_when_down()
    {
        InstanceTracking tracking = Track(Instance("a", "track_interface {\n trvx\n }"));

        Assert.True(tracking.IsFaulty);
        Assert.Equal("the tracked interface trvx is down", tracking.Fault);
    }

    [Fact]
    public void Group_counts_for_each_member() // keepalived 2.2.7: d1 and d2 of priority 100 had 96
    {
        string text = Group("G", "track_script {\n okpos\n badneg weight -20\n }\n track_file {\n tf weight 3\n }", "d1", "d2")
            + Instance("d1", "") + Instance("d2", "");

        Assert.Equal(-4, Track(text, "d1").PriorityChange);
        Assert.Equal(-4, Track(text, "d2").PriorityChange);
        Assert.All(Track(text, "d1").Trackers, tracker => Assert.True(tracker.IsOfGroup));
    }

    [Fact]
    public void Tracker_of_a_group_without_weight_is_a_fault_of_all()
    {
        string text = Group("G", "track_script {\n bad0\n }", "e1", "e2") + Instance("e1", "") + Instance("e2", "");

        Assert.True(Track(text, "e1").IsFaulty);
        Assert.True(Track(text, "e2").IsFaulty);
    }

    [Fact]
    public void Members_wait_for_scripts_of_one_another() // f1 took on no role before the first result of f2's script
    {
        string text = "vrrp_script new {\n script /bin/true\n}\n" + Group("G", "", "f1", "f2") + Instance("f1", "") + Instance("f2", "track_script {\n new\n }")
            + Instance("h3", "track_script {\n new weight 5\n }");

        Assert.True(Track(text, "f2").IsAwaited);
        Assert.True(Track(text, "f1").IsAwaited);
        Assert.Empty(Track(text, "f1").Trackers);
        Assert.False(Track(text, "h3").IsAwaited); // what moves the priority alone isn't waited for
    }

    [Theory]
    [InlineData("sync_group_tracking_weight")] // b1 had 110, b2 100
    [InlineData("global_tracking")] // and so had c1 and c2
    public void Weights_of_members_count_for_them_alone_when_the_group_keeps_weights(string keyword)
    {
        string text = Group("G", keyword, "b1", "b2") + Instance("b1", "track_script {\n okpos\n }") + Instance("b2", "");

        Assert.Equal(10, Track(text, "b1").PriorityChange);
        Assert.Equal(0, Track(text, "b2").PriorityChange);
    }

    [Fact]
    public void Weights_of_members_do_not_count_otherwise() // a1 had 100
    {
        string text = Group("G", "", "a1", "a2") + Instance("a1", "track_script {\n okpos\n }") + Instance("a2", "");

        Assert.Equal(InstanceTracking.Nothing, Track(text, "a1"));
    }

    [Fact]
    public void Weight_of_the_group_replaces_that_of_the_instance_unless_this_is_0() // f1 had 105; f2 stayed at 100 with the fault of a script without weight
    {
        string text = Group("G", "sync_group_tracking_weight\n track_script {\n okpos weight 5\n }", "f1", "f2")
            + Instance("f1", "track_script {\n okpos weight 50\n }") + Instance("f2", "track_script {\n okpos weight 0\n }");

        Assert.Equal(5, Track(text, "f1").PriorityChange);
        Assert.Equal(0, Track(text, "f2").PriorityChange);
        Assert.Equal(0, Assert.Single(Track(text, "f2").Trackers).Weight.Value);
    }

    [Fact]
    public void Group_with_an_owner_has_no_weights() // b2 of the group of the owner b1: FAULT, "clearing weight"
    {
        string text = Group("G", "track_script {\n badneg\n }", "b1", "b2") + Instance("b1", "priority 255") + Instance("b2", "");

        Assert.True(Track(text, "b1").IsFaulty);
        Assert.True(Track(text, "b2").IsFaulty);
        Assert.Equal(0, Track(text, "b2").PriorityChange);
    }

    /// <summary>keepalived 2.2.7: FAULT with each of these, and with the weight as well.</summary>
    [Theory]
    [InlineData("static_ipaddress {\n 198.51.100.5/24 dev trvx track_group T\n}", true)]
    [InlineData("static_ipaddress {\n 198.51.100.5/24 dev trvx track_group T no_track\n}", false)]
    [InlineData("static_ipaddress {\n 198.51.100.5/24 dev trvx track_group U\n}", false)]
    [InlineData("static_ipaddress {\n 198.51.100.5/24 dev trvx\n}", false)]
    [InlineData("static_routes {\n default dev trvx track_group T\n}", true)]
    [InlineData("static_routes {\n default dev trvx track_group T no_track\n}", false)]
    [InlineData("static_rules {\n iif trvx table 5 preference 3 track_group T\n}", true)]
    [InlineData("static_rules {\n iif trvx table 5 preference 3 track_group T no_track\n}", false)]
    public void Track_group_is_at_fault_with_the_interface_of_a_static_thing(string things, bool isFaulty)
    {
        string text = $"track_group T {{\n group {{\n a1\n a2\n }}\n}}\ntrack_group U {{\n group {{\n a3\n }}\n}}\n{things}\n"
            + Instance("a1", string.Empty) + Instance("a2", "track_interface {\n trvx weight 7\n }") + Instance("a3", string.Empty);

        Assert.Equal(isFaulty, Track(text, "a1").IsFaulty);
        Assert.Equal(isFaulty, Track(text, "a2").IsFaulty);
        Assert.Equal(isFaulty ? ["trvx"] : [], Track(text, "a1").Trackers.Select(tracker => tracker.Name));
        Assert.Equal(things.Contains("track_group U", StringComparison.Ordinal), Track(text, "a3").IsFaulty);
        Assert.Equal(["trvx"], TrackedObjects.InterfacesOf(ConfigurationText.Read(Definitions + text)));
    }

    private static InstanceTracking Track(string text, string name = "a")
    {
        DirectorConfiguration configuration = ConfigurationText.Read(Definitions + text);
        return InstanceTracking.Of(TrackerSet.Of(configuration, new HashSet<TrackedKey>())[name], key => States.GetValueOrDefault(key));
    }

    private static string Group(string name, string lines, params string[] members) =>
        $"vrrp_sync_group {name} {{\n group {{\n {string.Join("\n ", members)}\n }}\n {lines}\n}}\n";

    private static string Instance(string name, string lines) =>
        $"vrrp_instance {name} {{\n interface near\n virtual_router_id {(name[0] * 2) + name[^1] - 200}\n"
        + $" virtual_ipaddress {{\n 192.0.2.{name[0] + name[^1] - 140}/32\n }}\n {lines}\n}}\n";
}
