using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

public sealed class VrrpTrackingBindingTests
{
    private const string Definitions =
        "vrrp_script S {\n script /s\n weight 5 reverse\n}\ntrack_file F {\n file /f\n}\nvrrp_track_process P {\n process p\n}\nbfd_instance B {\n neighbor_ip 192.0.2.77\n}\nbfd_instance C {\n neighbor_ip 192.0.2.78\n checker\n}\n";

    [Fact]
    public void Trackers_take_their_weight_or_that_of_the_definition()
    {
        VrrpTrackers trackers = Parse("track_script {\n S weight 7\n}\ntrack_file {\n F\n}\ntrack_process {\n P weight -254 reverse\n}\ntrack_bfd {\n B weight 3 noreverse\n}\ntrack_interface {\n eth1 weight 4\n eth2\n}", out _);
        Assert.Equal(new Tracker("S", new TrackerWeight(7, IsReversed: true)), Assert.Single(trackers.Scripts));
        Assert.Equal(new Tracker("F", null), Assert.Single(trackers.Files));
        Assert.Equal(new Tracker("P", new TrackerWeight(-254, IsReversed: true)), Assert.Single(trackers.Processes));
        Assert.Equal(new Tracker("B", new TrackerWeight(3, IsReversed: false)), Assert.Single(trackers.BfdSessions));
        Assert.Equal([new Tracker("eth1", new TrackerWeight(4, IsReversed: false)), new Tracker("eth2", null)], trackers.Interfaces);
    }

    [Theory]
    [InlineData("S2", "FLB1319", "'track_script' names 'S2', which no 'vrrp_script' defines", 0)]
    [InlineData("later", "FLB1319", "'track_script' names 'later', which is defined below this line or left out", 0)]
    [InlineData("S wieght 3", "FLB1323", "'track_script' knows no 'wieght'", 0)]
    [InlineData("S reverse", "FLB1323", "'track_script' knows no 'reverse'", 0)]
    [InlineData("S weight", "FLB1201", "'weight' lacks its value", 0)]
    [InlineData("S weight 254", "FLB1202", "'weight 254' is out of range", 1)]
    [InlineData("S weight x", "FLB1202", "'weight x' is out of range", 1)]
    [InlineData("S weight 3 revers", "FLB1323", "'track_script' knows no 'revers' after a weight", 1)]
    [InlineData("S weight 3 reverse S", "FLB1104", "a line of 'track_script' ends here; the rest is ignored", 1)]
    [InlineData("S\n S", "FLB1322", "'S' is tracked before, on line 22", 1)]
    public void Faulty_line_is_told_and_kept_only_when_keepalived_keeps_it(string line, string code, string message, int kept)
    {
        VrrpTrackers trackers = Parse($"track_script {{\n {line}\n}}", out ConfigurationResult result);
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Code.CompareTo("FLB1400") < 0 && d.Code != "FLB1327");
        Assert.Equal((code, message), (diagnostic.Code, diagnostic.Message));
        Assert.Equal(kept, trackers.Scripts.Count);
    }

    [Fact]
    public void Session_that_tells_checks_alone_cannot_be_tracked()
    {
        Assert.Empty(Parse("track_bfd {\n C\n}", out ConfigurationResult result).BfdSessions);
        Assert.Contains(result.Diagnostics, d => d.Message == "'track_bfd' names 'C', which tells checks alone");
    }

    [Fact]
    public void Own_interface_is_not_tracked_twice()
    {
        Assert.Empty(Parse("track_interface {\n eth0 weight 3\n}", out ConfigurationResult result).Interfaces);
        Assert.Single(result.Diagnostics, d => d.Code == "FLB1322");
    }

    [Fact]
    public void Owner_s_priority_moves_by_no_weight()
    {
        VrrpTrackers trackers = Parse("priority 255\n state MASTER\n track_script {\n S\n}\ntrack_file {\n F\n}\ntrack_process {\n P weight 0\n}", out ConfigurationResult result);
        Assert.Empty(trackers.Scripts);
        Assert.Equal(new TrackerWeight(0, IsReversed: false), Assert.Single(trackers.Files).Weight);
        Assert.Single(trackers.Processes);
        Assert.Equal(2, result.Diagnostics.Count(d => d.Code == "FLB1330"));
    }

    [Fact]
    public void Script_has_its_user_from_either_line()
    {
        TrackedScript script = Single(
            "vrrp_script S {\n user u :g\n script \"/s 'a b'\" v\n interval 2.5\n timeout 1\n weight -3 reverse\n rise 2\n fall 3\n init_fail\n}", c => c.TrackedScripts);
        Assert.Equal(
            new TrackedScript("S", new NotifyScript(["/s", "a b"], new ScriptUser("u", "g")))
            {
                Interval = TimeSpan.FromSeconds(2.5),
                Timeout = TimeSpan.FromSeconds(1),
                Weight = new TrackerWeight(-3, IsReversed: true),
                Rise = 2,
                Fall = 3,
                StartsFailed = true,
            },
            script);
    }

    [Fact]
    public void File_and_process_and_session_are_kept_whole()
    {
        Assert.Equal(
            new TrackedFile("F", "/a b") { Weight = new TrackerWeight(-2147483647, IsReversed: false), InitialValue = -7, Overwrites = true },
            Single("vrrp_track_file F {\n file \"/a b\"\n weight -2147483647\n init_file -7 overwrite\n}", c => c.TrackedFiles));
        Assert.Equal(
            new TrackedProcess("P", ["p", "a b"]) { ParameterMatch = ParameterMatch.Partial, Quorum = 2, MostProcesses = 3, ForkDelay = TimeSpan.FromSeconds(1), TerminateDelay = TimeSpan.FromSeconds(5), ComparesCommandLine = true },
            Single("vrrp_track_process P {\n process p \"a b\"\n param_match partial\n quorum 2\n quorum_max 3\n delay 5\n fork_delay 1\n full_command\n}", c => c.TrackedProcesses));
        BfdSession session = Single("bfd_instance B {\n neighbour_ip 2001:db8::1\n min_rx 3.25\n hoplimit 9\n max_hops 20\n multihop\n vrrp\n}", c => c.BfdSessions);
        Assert.Equal((TimeSpan.FromMicroseconds(3250), (byte?)9, 9, true, BfdListeners.Vrrp), (session.ReceiveInterval, session.TimeToLive, session.MostHops, session.IsMultihop, session.Listeners));
    }

    [Theory]
    [InlineData("vrrp_script X {\n interval 3\n}", "FLB1321", "the script 'X' has no command")]
    [InlineData("track_file X {\n weight 3\n}", "FLB1321", "the tracked file 'X' has no path")]
    [InlineData("vrrp_track_process X {\n quorum 3\n}", "FLB1321", "'X' does not say which process is tracked")]
    [InlineData("bfd_instance X {\n passive\n}", "FLB1321", "the BFD session 'X' has no neighbour")]
    [InlineData("bfd_instance X {\n neighbor_ip 192.0.2.1\n source_ip 2001:db8::1\n}", "FLB1306", "'X' has a source and a neighbour of different families")]
    [InlineData("bfd_instance abcdefghijklmnopqrstuvwxyz1234567 {\n neighbor_ip 192.0.2.1\n}", "FLB1201", "the name 'abcdefghijklmnopqrstuvwxyz1234567' is longer than 31 characters")]
    [InlineData("vrrp_script S {\n script /t\n}", "FLB1320", "'S' is defined before, on line 1")]
    [InlineData("track_file F {\n file /t\n}", "FLB1320", "'F' is defined before, on line 5")]
    [InlineData("vrrp_track_process P {\n process q\n}", "FLB1320", "'P' is defined before, on line 8")]
    [InlineData("bfd_instance B {\n neighbor_ip 192.0.2.9\n}", "FLB1320", "'B' is defined before, on line 11")]
    public void Definition_that_lacks_something_or_comes_second_is_left_out(string block, string code, string message)
    {
        DirectorConfiguration without = ConfigurationLoader.Parse(Definitions, "f").Configuration!;
        ConfigurationResult result = ConfigurationLoader.Parse(Definitions + block, "f");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Severity != DiagnosticSeverity.Notice);
        Assert.Equal((code, message), (diagnostic.Code, diagnostic.Message));
        Assert.Equal(without, result.Configuration);
        Assert.True(result.CanRun);
    }

    [Theory]
    [InlineData("vrrp_script X {\n script /s\n weight 254\n}", "FLB1202")]
    [InlineData("vrrp_script X {\n script /s\n weight 3 back\n}", "FLB1323")]
    [InlineData("vrrp_script X {\n script /s\n interval 0\n}", "FLB1202")]
    [InlineData("vrrp_script X {\n script /s\n rise 0\n}", "FLB1202")]
    [InlineData("track_file X {\n file /t\n file /u\n}", "FLB1308")]
    [InlineData("track_file X {\n file /t\n init_file overwrit\n}", "FLB1201")]
    [InlineData("vrrp_track_process X {\n process p\n process q\n}", "FLB1308")]
    [InlineData("vrrp_track_process X {\n process p\n quorum_max 2\n quorum 3\n}", "FLB1308")]
    [InlineData("vrrp_track_process X {\n process p\n param_match exact\n}", "FLB1203")]
    [InlineData("bfd_instance X {\n neighbor_ip 192.0.2.1\n idle_tx 999\n}", "FLB1202")]
    [InlineData("bfd_instance X {\n neighbor_ip 192.0.2.1\n min_rx 1.00049\n}", "FLB1204")]
    [InlineData("bfd_instance X {\n neighbor_ip 192.0.2.1\n ttl 7\n max_hops 9\n}", "FLB1202")]
    public void Faulty_setting_leaves_the_definition(string block, string code)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(block, "f");
        Assert.Equal(code, Assert.Single(result.Diagnostics, d => d.Severity != DiagnosticSeverity.Notice).Code);
        DirectorConfiguration c = result.Configuration!;
        Assert.Equal(1, c.TrackedScripts.Count + c.TrackedFiles.Count + c.TrackedProcesses.Count + c.BfdSessions.Count);
    }

    [Fact]
    public void Script_that_nothing_tracks_is_a_notice()
    {
        Parse("track_process {\n P\n}", out ConfigurationResult result);
        Assert.Equal(["nothing tracks the script 'S'", "nothing tracks the script 'later'"], result.Diagnostics.Where(d => d.Code == "FLB1327").Select(d => d.Message));
        Assert.All(result.Diagnostics.Where(d => d.Code == "FLB1327"), d => Assert.Equal(DiagnosticSeverity.Notice, d.Severity));
    }

    private static T Single<T>(string text, Func<DirectorConfiguration, ValueList<T>> list)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "f");
        return Assert.Single(list(result.Configuration!));
    }

    /// <summary>An instance whose body begins on line 21.</summary>
    private static VrrpTrackers Parse(string body, out ConfigurationResult result)
    {
        result = ConfigurationLoader.Parse($"{Definitions}vrrp_instance VI {{ interface eth0\n virtual_router_id 1\n no_virtual_ipaddress\n {body}\n}}\nvrrp_script later {{\n script /l\n}}\n", "f");
        return Assert.Single(result.Configuration!.VrrpInstances).Trackers;
    }
}
