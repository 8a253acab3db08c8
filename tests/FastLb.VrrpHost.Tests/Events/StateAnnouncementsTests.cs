using FastLb.Configuration.Model;
using FastLb.Events.Tests;
using FastLb.Mail.Tests;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.Tests;
using FastLb.Vrrp;
using FastLb.VrrpHost.Events;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Tests.Events;

/// <summary>
/// Scripts, pipes and mail together. The lines were recorded from keepalived 2.2.7 (group G1 of VI_1 and VI_2, VI_3 with notify_deleted, VI_4 without): a
/// start, a file that is worth 5, an advertisement of priority 20 and one of 200, the link's loss and return, a reload without VI_3 and VI_4, the stop.
/// </summary>
public sealed class StateAnnouncementsTests : IAsyncDisposable
{
    private const string Recorded = """
        GROUP "G1" BACKUP 0
        INSTANCE "VI_1" BACKUP 100
        INSTANCE "VI_2" BACKUP 90
        INSTANCE "VI_2" MASTER 90
        INSTANCE "VI_1" MASTER 100
        GROUP "G1" MASTER 0
        INSTANCE "VI_1" MASTER_PRIORITY 105
        INSTANCE "VI_2" MASTER_PRIORITY 95
        INSTANCE "VI_1" MASTER_RX_LOWER_PRI 105
        INSTANCE "VI_1" BACKUP 105
        INSTANCE "VI_2" BACKUP 95
        GROUP "G1" BACKUP 0
        INSTANCE "VI_2" BACKUP_PRIORITY 90
        INSTANCE "VI_1" FAULT 105
        INSTANCE "VI_2" FAULT 95
        GROUP "G1" FAULT 0
        INSTANCE "VI_3" DELETED 80
        INSTANCE "VI_4" FAULT 70
        INSTANCE "VI_1" STOP 100
        INSTANCE "VI_2" STOP 90
        GROUP "G1" STOP 0
        """;

    private readonly ScriptFolder _scripts = new();
    private readonly MailServer _server = new();
    private readonly RecordingLog _log = new();

    private string All => $"{_scripts.Path}/all";

    private string Own => $"{_scripts.Path}/own";

    [Fact]
    public async Task Pipes_have_the_lines_of_keepalived()
    {
        DirectorConfiguration configuration = Configuration($"notify_fifo {All}\n vrrp_notify_fifo {Own}\n vrrp_notify_priority_changes true");
        var announcements = new StateAnnouncements(configuration, new ScriptIdentity(), TimeProvider.System, _log);
        await announcements.Start();
        using var all = new PipeEnd(All, $"{_scripts.Path}/all.read");
        using var own = new PipeEnd(Own, $"{_scripts.Path}/own.read");
        (VrrpInstance one, VrrpInstance two, VrrpInstance three, VrrpInstance four) =
            (configuration.VrrpInstances[0], configuration.VrrpInstances[1], configuration.VrrpInstances[2], configuration.VrrpInstances[3]);
        VrrpSyncGroup group = configuration.SyncGroups[0];

        announcements.InstanceChanged(one, VrrpRole.Init, 100); // nobody is told
        announcements.GroupChanged(group, VrrpRole.Init);
        announcements.GroupChanged(group, VrrpRole.Backup);
        announcements.InstanceChanged(one, VrrpRole.Backup, 100);
        announcements.InstanceChanged(two, VrrpRole.Backup, 90);
        announcements.InstanceChanged(two, VrrpRole.Master, 90);
        announcements.InstanceChanged(one, VrrpRole.Master, 100);
        announcements.GroupChanged(group, VrrpRole.Master);
        announcements.PriorityChanged(one, VrrpRole.Master, 105);
        announcements.PriorityChanged(two, VrrpRole.Master, 95);
        announcements.LowerPriorityHeard(one, 105);
        announcements.InstanceChanged(one, VrrpRole.Backup, 105);
        announcements.InstanceChanged(two, VrrpRole.Backup, 95);
        announcements.GroupChanged(group, VrrpRole.Backup);
        announcements.PriorityChanged(two, VrrpRole.Backup, 90);
        announcements.InstanceChanged(one, VrrpRole.Fault, 105);
        announcements.InstanceChanged(two, VrrpRole.Fault, 95);
        announcements.GroupChanged(group, VrrpRole.Fault);
        announcements.Deleted(three, 80);
        announcements.Deleted(four, 70);
        announcements.InstanceChanged(one, VrrpRole.Stopped, 100);
        announcements.InstanceChanged(two, VrrpRole.Stopped, 90);
        announcements.GroupChanged(group, VrrpRole.Stopped);
        await all.Lines(1); // the pipes go with their end, and readers may be slow to open them
        await own.Lines(1);
        await announcements.DisposeAsync();

        string[] expected = Recorded.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(expected, await all.Lines(expected.Length));
        Assert.Equal(expected, await own.Lines(expected.Length));
    }

    [Theory]
    [InlineData("", "", "", false)]
    [InlineData("vrrp_notify_priority_changes true", "", "", true)]
    [InlineData("", "notify_priority_changes true", "", true)]
    [InlineData("", "", "notify_priority_changes true", true)]
    [InlineData("vrrp_notify_priority_changes true", "", "notify_priority_changes false", false)]
    public async Task Priorities_are_told_of_where_they_are_wanted(string ofAll, string ofGroup, string ofInstance, bool isTold)
    {
        DirectorConfiguration configuration = Configuration($"notify_fifo {All}\n {ofAll}", ofGroup, ofInstance);
        await using var announcements = new StateAnnouncements(configuration, new ScriptIdentity(), TimeProvider.System, _log);
        await announcements.Start();

        announcements.PriorityChanged(configuration.VrrpInstances[0], VrrpRole.Backup, 7);
        announcements.InstanceChanged(configuration.VrrpInstances[0], VrrpRole.Backup, 8);

        using var end = new PipeEnd(All, $"{_scripts.Path}/read");
        string[] expected = isTold ? ["INSTANCE \"VI_1\" BACKUP_PRIORITY 7", "INSTANCE \"VI_1\" BACKUP 8"] : ["INSTANCE \"VI_1\" BACKUP 8"];
        Assert.Equal(expected, await end.Lines(expected.Length));
    }

    [Fact]
    public async Task Pipe_that_a_reload_leaves_as_it_was_stays_open_and_another_takes_its_place_otherwise()
    {
        string reader = _scripts.Add("reader", "$$", then: "exec sleep 300");
        DirectorConfiguration first = Configuration($"vrrp_notify_fifo {All}\n vrrp_notify_fifo_script {reader}");
        await using var announcements = new StateAnnouncements(first, new ScriptIdentity(), TimeProvider.System, _log);
        await announcements.Start();
        string pid = (await _scripts.Lines(1))[0];

        await announcements.Reload(Configuration($"vrrp_notify_fifo {All}\n vrrp_notify_fifo_script {reader}\n router_id other"));
        Assert.True(Directory.Exists($"/proc/{pid}"));

        await announcements.Reload(Configuration($"vrrp_notify_fifo {Own}\n vrrp_notify_fifo_script {reader}"));
        Assert.False(Directory.Exists($"/proc/{pid}"));
        Assert.False(File.Exists(All));
        Assert.True(File.Exists(Own));
        Assert.Equal(2, (await _scripts.Lines(2)).Length);
    }

    [Theory]
    [InlineData("fifo_write_vrrp_states_on_reload", "INSTANCE \"VI_1\" MASTER 100|GROUP \"G1\" MASTER 0|GROUP \"G1\" STOP 0")]
    [InlineData("", "GROUP \"G1\" STOP 0")]
    public async Task States_are_repeated_after_a_reload_where_that_is_wanted(string keyword, string lines)
    {
        DirectorConfiguration configuration = Configuration($"notify_fifo {All}\n {keyword}");
        await using var announcements = new StateAnnouncements(configuration, new ScriptIdentity(), TimeProvider.System, _log);
        await announcements.Start();

        await announcements.Reload(configuration);
        announcements.RepeatStates(
            [(configuration.VrrpInstances[0], VrrpRole.Master, 100), (configuration.VrrpInstances[1], VrrpRole.Init, 90)],
            [(configuration.SyncGroups[0], VrrpRole.Master)]);
        announcements.GroupChanged(configuration.SyncGroups[0], VrrpRole.Stopped);

        using var end = new PipeEnd(All, $"{_scripts.Path}/read");
        string[] expected = lines.Split('|');
        Assert.Equal(expected, await end.Lines(expected.Length));
    }

    [Fact]
    public async Task Mail_has_the_words_of_keepalived()
    {
        DirectorConfiguration configuration = Configuration($"router_id RTR\n {Mail}\n smtp_alert_vrrp true");
        await using (var announcements = new StateAnnouncements(configuration, new ScriptIdentity(), TimeProvider.System, _log))
        {
            await announcements.Start();
            foreach (VrrpRole role in (VrrpRole[])[VrrpRole.Init, VrrpRole.Backup, VrrpRole.Backup, VrrpRole.Master, VrrpRole.Fault, VrrpRole.Stopped])
            {
                announcements.InstanceChanged(configuration.VrrpInstances[0], role, 100);
                announcements.GroupChanged(configuration.SyncGroups[0], role);
            }

            announcements.LowerPriorityHeard(configuration.VrrpInstances[0], 100);
            announcements.Deleted(configuration.VrrpInstances[2], 100);
            announcements.Deleted(configuration.VrrpInstances[3], 100);
        }

        (string, string)[] expected =
        [
            ("[RTR] VRRP Instance VI_1 - Entering BACKUP state", "=> VRRP Instance is no longer owning VRRP VIPs <="),
            ("[RTR] VRRP Group G1 - Entering BACKUP state", "=> All VRRP group instances are now in BACKUP state <="),
            ("[RTR] VRRP Instance VI_1 - Entering MASTER state", "=> VRRP Instance is now owning VRRP VIPs <="),
            ("[RTR] VRRP Group G1 - Entering MASTER state", "=> All VRRP group instances are now in MASTER state <="),
            ("[RTR] VRRP Instance VI_1 - Entering FAULT state", "=> VRRP Instance is no longer owning VRRP VIPs <="),
            ("[RTR] VRRP Group G1 - Entering FAULT state", "=> All VRRP group instances are now in FAULT state <="),
            ("[RTR] VRRP Instance VI_1 - Stopping", "=> VRRP Instance stopping <="),
            ("[RTR] VRRP Group G1 - Stopping", "=> All VRRP group instances are now stopping <="),
            ("[RTR] VRRP Instance VI_3 - Deleted", "=> VRRP Deleted at reload <="),
            ("[RTR] VRRP Instance VI_4 - Entering FAULT state", "=> VRRP Instance is no longer owning VRRP VIPs <="),
        ];
        foreach ((string subject, string body) in expected)
        {
            ReceivedMail mail = await _server.Next();
            Assert.Equal((subject, body), (mail.Header("Subject"), string.Join('|', mail.Body)));
        }

        Assert.False(_server.HasMore);
        Assert.False(_log.Has(LogLevel.Error, string.Empty), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Faults_are_not_told_of_by_mail_where_they_are_not_wanted() // recorded: no mail of FAULT, and none of a state that the last mail told
    {
        DirectorConfiguration configuration = Configuration($"router_id RTR\n {Mail}\n smtp_alert true\n no_email_faults");
        await using (var announcements = new StateAnnouncements(configuration, new ScriptIdentity(), TimeProvider.System, _log))
        {
            await announcements.Start();
            foreach (VrrpRole role in (VrrpRole[])[VrrpRole.Backup, VrrpRole.Fault, VrrpRole.Backup, VrrpRole.Master])
                announcements.InstanceChanged(configuration.VrrpInstances[0], role, 100);
        }

        Assert.Equal("[RTR] VRRP Instance VI_1 - Entering BACKUP state", (await _server.Next()).Header("Subject"));
        Assert.Equal("[RTR] VRRP Instance VI_1 - Entering MASTER state", (await _server.Next()).Header("Subject"));
        Assert.False(_server.HasMore);
    }

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData(null, null, true, true)]
    [InlineData(null, false, true, false)]
    [InlineData(null, true, false, true)]
    [InlineData(true, false, false, true)]
    [InlineData(false, true, true, false)]
    public void Mail_is_wanted_as_the_nearest_setting_says(bool? own, bool? ofVrrp, bool? ofAll, bool isWanted) =>
        Assert.Equal(isWanted, StateMail.IsWanted(own, new MailSettings { VrrpAlerts = ofVrrp, Alerts = ofAll }));

    [Fact]
    public async Task Scripts_come_before_the_line_in_the_pipe_and_those_that_cannot_be_run_are_told_of_at_the_start()
    {
        string any = _scripts.Add("any", "$*");
        DirectorConfiguration configuration = Configuration(
            $"notify_fifo {All}", $"notify {any}\n notify_master /no/such", $"notify {any}\n notify_backup /not/there");
        await using var announcements = new StateAnnouncements(configuration, new ScriptIdentity(), TimeProvider.System, _log);

        await announcements.Start();
        Assert.True(_log.Has(LogLevel.Error, "/no/such will not be run"), string.Join('\n', _log.Lines));
        Assert.True(_log.Has(LogLevel.Error, "/not/there will not be run"));
        announcements.InstanceChanged(configuration.VrrpInstances[0], VrrpRole.Master, 120);
        announcements.GroupChanged(configuration.SyncGroups[0], VrrpRole.Master);

        Assert.Equal(["GROUP G1 MASTER 0", "INSTANCE VI_1 MASTER 120"], (await _scripts.Lines(2)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Group_that_a_reload_removes_is_told_of_only_where_a_script_asks_for_that()
    {
        string deleted = _scripts.Add("deleted", "deleted: $*"), any = _scripts.Add("any", "any: $*");
        DirectorConfiguration with = Configuration($"notify_fifo {All}", $"notify_deleted {deleted}\n notify {any}"), without = Configuration("", $"notify {any}");
        await using var announcements = new StateAnnouncements(with, new ScriptIdentity(), TimeProvider.System, _log);
        await announcements.Start();

        announcements.Deleted(without.SyncGroups[0]);
        announcements.Deleted(with.SyncGroups[0]);

        Assert.Equal(["any: GROUP G1 DELETED 0", "deleted: "], (await _scripts.Lines(2)).Order(StringComparer.Ordinal));
        using var end = new PipeEnd(All, $"{_scripts.Path}/read");
        Assert.Equal(["GROUP \"G1\" DELETED 0"], await end.Lines(1));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _scripts.Dispose();
    }

    private string Mail => $"notification_email {{\n a@x.org\n b@x.org\n }}\n notification_email_from me@x.org\n smtp_server 127.0.0.1 {_server.Port}";

    private DirectorConfiguration Configuration(string global, string ofGroup = "", string ofInstance = "") => ConfigurationText.Read(
        $"global_defs {{\n script_user root\n {global}\n}}\nvrrp_sync_group G1 {{\n group {{\n VI_1\n VI_2\n }}\n {ofGroup}\n}}\n"
        + Instance(1, ofInstance) + Instance(2, "") + Instance(3, "notify_deleted /bin/true") + Instance(4, ""));

    private static string Instance(int number, string lines) =>
        $"vrrp_instance VI_{number} {{\n interface near\n virtual_router_id 5{number}\n virtual_ipaddress {{\n 192.0.2.10{number}/32\n }}\n {lines}\n}}\n";
}
