using System.Diagnostics;
using FastLb.Control.Announcements;
using FastLb.Events.Tests;
using FastLb.HealthChecks.Snapshots;
using FastLb.Mail.Tests;
using FastLb.Runtime.Scripts;
using FastLb.Runtime.Tests;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Tests.Announcements;

/// <summary>
/// Scripts, pipes and mail about servers together. The lines were recorded from keepalived 2.2.7 on a kernel with IPVS: service 10.9.0.1 with the servers 2 and 3, of which
/// 3 is alpha, quorum 2, omega and smtp_alert; and a service of the firewall mark 7 with server 2.
/// </summary>
public sealed class ServerAnnouncementsTests : IAsyncDisposable
{
    private const string Refused = "connection refused";

    private const string Recorded = """
        VS FWM 7 UP
        RS [10.9.0.3]:tcp:8080 [10.9.0.1]:tcp:80 DOWN
        RS [10.9.0.3]:tcp:8080 [10.9.0.1]:tcp:80 UP
        VS [10.9.0.1]:tcp:80 UP
        RS [10.9.0.2]:tcp:8080 [10.9.0.1]:tcp:80 DOWN
        VS [10.9.0.1]:tcp:80 DOWN
        RS [10.9.0.2]:none:8080 FWM 7 DOWN
        VS FWM 7 DOWN
        RS [10.9.0.3]:tcp:8080 [10.9.0.1]:tcp:80 DOWN
        RS [10.9.0.2]:tcp:8080 [10.9.0.1]:tcp:80 UP
        VS [10.9.0.1]:tcp:80 UP
        RS [10.9.0.2]:none:8080 FWM 7 UP
        VS FWM 7 UP
        VS [10.9.0.1]:tcp:80 DOWN
        RS [10.9.0.3]:tcp:8080 [10.9.0.1]:tcp:80 UP
        VS [10.9.0.1]:tcp:80 UP
        RS [10.9.0.2]:none:8080 FWM 7 DOWN
        VS FWM 7 DOWN
        RS [10.9.0.2]:tcp:8080 [10.9.0.1]:tcp:80 DOWN
        RS [10.9.0.3]:tcp:8080 [10.9.0.1]:tcp:80 DOWN
        VS [10.9.0.1]:tcp:80 DOWN
        """;

    // Subject without "[R1] " and body. Of the stop keepalived sends none, for it ends before it could.
    private static readonly string[] RecordedMail =
    [
        "Realserver [10.9.0.3]:tcp:8080 of virtual server [10.9.0.1]:tcp:80 - UP => TCP CHECK succeed on service <=",
        "Virtualserver [10.9.0.1]:tcp:80 - UP => Gained quorum 2+0=2 <= 2 <=",
        "Realserver [10.9.0.2]:tcp:8080 of virtual server [10.9.0.1]:tcp:80 - DOWN => TCP CHECK failed on service <=",
        "Virtualserver [10.9.0.1]:tcp:80 - DOWN => Lost quorum 2+0=2 <= 1 <=",
        "Realserver [10.9.0.2]:none:8080 of virtual server FWM 7 - DOWN => TCP CHECK failed on service <=",
        "Realserver [10.9.0.3]:tcp:8080 of virtual server [10.9.0.1]:tcp:80 - DOWN => Removing <=",
        "Realserver [10.9.0.2]:tcp:8080 of virtual server [10.9.0.1]:tcp:80 - UP => TCP CHECK succeed on service <=",
        "Virtualserver [10.9.0.1]:tcp:80 - UP => Gained quorum 1+0=1 <= 1 <=",
        "Realserver [10.9.0.2]:none:8080 of virtual server FWM 7 - UP => TCP CHECK succeed on service <=",
        "Virtualserver [10.9.0.1]:tcp:80 - DOWN => Starting with quorum down 2+0=2 <= 1 <=",
        "Realserver [10.9.0.3]:tcp:8080 of virtual server [10.9.0.1]:tcp:80 - UP => TCP CHECK succeed on service <=",
        "Virtualserver [10.9.0.1]:tcp:80 - UP => Gained quorum 2+0=2 <= 2 <=",
        "Realserver [10.9.0.2]:none:8080 of virtual server FWM 7 - DOWN => Removing <=",
        "Realserver [10.9.0.2]:tcp:8080 of virtual server [10.9.0.1]:tcp:80 - DOWN => Shutting down <=",
        "Realserver [10.9.0.3]:tcp:8080 of virtual server [10.9.0.1]:tcp:80 - DOWN => Shutting down <=",
        "Virtualserver [10.9.0.1]:tcp:80 - DOWN => Shutting down <=",
    ];

    private readonly ScriptFolder _scripts = new();
    private readonly MailServer _server = new();
    private readonly RecordingLog _log = new();

    private string All => $"{_scripts.Path}/all";

    private string Own => $"{_scripts.Path}/own";

    private string Mail => $"notification_email {{\n a@x.org\n b@x.org\n }}\n notification_email_from me@x.org\n smtp_server 127.0.0.1 {_server.Port}";

    [Fact]
    public async Task Pipes_scripts_and_mail_tell_what_keepalived_tells()
    {
        var announcements = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        var director = new PlayedDirector(announcements);
        string global = $"router_id R1\n notify_fifo {All}\n lvs_notify_fifo {Own}\n {Mail}", mark = Mark(Server(2));
        foreach (string name in (string[])["up2", "down2", "up3", "down3", "gained", "lost", "gained7", "lost7"])
            _scripts.Add(name, name);

        await director.Start(Text(global, "quorum 2", Server(2) + Server(3, "alpha"), mark));
        using var all = new PipeEnd(All, $"{_scripts.Path}/all.read");
        using var own = new PipeEnd(Own, $"{_scripts.Path}/own.read");
        await director.Find(0, null, events: 0);
        await director.Find(1, Refused, events: 1); // as it was assumed to be
        await director.Find(2, null, events: 0);
        await director.Find(1, null, events: 2);
        await director.Find(0, Refused, events: 2);
        await director.Find(2, Refused, events: 2);
        await director.Reload(Text(global, "quorum 1", Server(2), mark));
        await director.Find(0, null, events: 2);
        await director.Find(1, null, events: 2);
        await director.Reload(Text(global, "quorum 2", Server(2) + Server(3, "alpha"), mark));
        await director.Find(1, null, events: 2);
        await director.Reload(Text(global, "quorum 2", Server(2) + Server(3, "alpha"), string.Empty));
        await director.Stop();
        await all.Lines(1); // the pipes go with their end, and readers may be slow to open them
        await own.Lines(1);
        await announcements.DisposeAsync();

        string[] expected = Recorded.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(expected, await all.Lines(expected.Length));
        Assert.Equal(expected, await own.Lines(expected.Length));
        Assert.Equal(expected.Select(ScriptOf), _log.Lines.Where(line => line.Contains("runs as process", StringComparison.Ordinal)).Select(line => Path.GetFileName(line[..line.IndexOf(" runs", StringComparison.Ordinal)])));
        Assert.Equal(expected.Select(ScriptOf).Order(StringComparer.Ordinal), (await _scripts.Lines(expected.Length)).Order(StringComparer.Ordinal));
        foreach (string mail in RecordedMail)
            Assert.Equal(mail, await NextMail());
        Assert.False(_server.HasMore);
    }

    [Fact]
    public async Task Process_that_takes_up_what_another_knew_tells_nothing_twice()
    {
        var first = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        var director = new PlayedDirector(first);
        string text = Text($"rs_init_notifies\n lvs_notify_fifo {Own}", "quorum 1", Server(2) + Server(3), string.Empty).Replace("omega", string.Empty, StringComparison.Ordinal);
        await director.Start(text);
        using var own = new PipeEnd(Own, $"{_scripts.Path}/own.read");
        await own.Lines(3);
        await director.Find(0, Refused, events: 1);
        HealthSnapshot known = await director.Stop(); // without omega nobody is told
        await own.Lines(4);
        await first.DisposeAsync();

        var second = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        var successor = new PlayedDirector(second);
        await successor.Start(text, known);
        using var later = new PipeEnd(Own, $"{_scripts.Path}/later.read");
        await successor.Find(0, null, events: 1);
        await later.Lines(1);
        await successor.Stop();
        await second.DisposeAsync();

        Assert.Equal(
            [
                "RS [10.9.0.2]:tcp:8080 [10.9.0.1]:tcp:80 UP", "RS [10.9.0.3]:tcp:8080 [10.9.0.1]:tcp:80 UP", "VS [10.9.0.1]:tcp:80 UP",
                "RS [10.9.0.2]:tcp:8080 [10.9.0.1]:tcp:80 DOWN",
            ],
            await own.Lines(4));
        Assert.Equal(["RS [10.9.0.2]:tcp:8080 [10.9.0.1]:tcp:80 UP"], await later.Lines(1));
    }

    [Theory]
    [InlineData("sorry_server 10.9.0.4 8080", "VS [10.9.0.1]:tcp:80 DOWN|RS [10.9.0.2]:tcp:8080 [10.9.0.1]:tcp:80 UP|VS [10.9.0.1]:tcp:80 UP")]
    [InlineData("", "RS [10.9.0.2]:tcp:8080 [10.9.0.1]:tcp:80 UP|VS [10.9.0.1]:tcp:80 UP")]
    public async Task Service_that_begins_without_quorum_is_told_of_when_its_sorry_server_comes_in(string sorry, string lines)
    {
        await using var announcements = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        var director = new PlayedDirector(announcements);
        await director.Start(Text($"lvs_notify_fifo {Own}", sorry, Server(2, "alpha"), string.Empty));
        await director.Find(0, null, events: 2);

        using var own = new PipeEnd(Own, $"{_scripts.Path}/own.read");
        Assert.Equal(lines.Split('|'), await own.Lines(lines.Split('|').Length));
        await director.Stop();
    }

    [Fact]
    public async Task Check_that_a_reload_removes_brings_its_server_back_and_that_is_told()
    {
        await using var announcements = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        var director = new PlayedDirector(announcements);
        string global = $"lvs_notify_fifo {Own}\n {Mail}";
        await director.Start(Text(global, string.Empty, Server(2) + Server(3), string.Empty));
        await director.Find(1, Refused, events: 1);
        await NextMail();

        await director.Reload(Text(global, string.Empty, Server(2) + "real_server 10.9.0.3 8080 {\n}\n", string.Empty));

        using var own = new PipeEnd(Own, $"{_scripts.Path}/own.read");
        Assert.Equal("RS [10.9.0.3]:tcp:8080 [10.9.0.1]:tcp:80 UP", (await own.Lines(3))[^1]);
        await director.Stop();
    }

    [Fact]
    public async Task Script_that_hangs_pipe_that_is_full_and_mail_server_that_is_silent_delay_nothing()
    {
        await using var silent = new MailServer { IsSilent = true };
        string hangs = _scripts.Add("hangs", "$$", then: "exec sleep 300");
        var announcements = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        var director = new PlayedDirector(announcements);
        string global = $"lvs_notify_fifo {Own}\n notification_email {{\n a@x.org\n }}\n smtp_server 127.0.0.1 {silent.Port}";
        string server = $"real_server 10.9.0.2 8080 {{\n notify_down {hangs}\n TCP_CHECK {{\n retry 0\n }}\n}}\n";
        await director.Start(Text(global, string.Empty, server, string.Empty));
        for (int i = 0; i < 5000; i++) // more than the 64 KB of a pipe
            announcements.TellAll([new ServerNews(ServiceOf(server), null, true, NewsCause.Change)]);
        await director.Find(0, Refused, events: 2);
        string pid = (await _scripts.Lines(1))[0];
        await director.Stop();

        long began = Stopwatch.GetTimestamp();
        await announcements.DisposeAsync();

        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5), "the supervisor waits no longer");
        Assert.True(_log.Has(LogLevel.Warning, "nobody reads it"), string.Join('\n', _log.Lines));
        Assert.True(_log.Has(LogLevel.Error, "is not sent"), string.Join('\n', _log.Lines));
        Assert.True(_log.Has(LogLevel.Warning, "1 notify scripts still run"));
        using var process = Process.GetProcessById(int.Parse(pid));
        process.Kill();
    }

    [Theory]
    [InlineData("vrrp_notify_fifo_script /bin/cat", false)] // as keepalived 2.2.7, which ignores the reader of servers then
    [InlineData("", true)]
    public async Task Pipe_that_is_that_of_vrrp_too_has_one_reader(string ofVrrp, bool isRead)
    {
        await using var announcements = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        var director = new PlayedDirector(announcements);
        string reader = _scripts.Add("reader", "reads", then: "exec sleep 300");

        await director.Start(Text($"vrrp_notify_fifo {Own}\n {ofVrrp}\n lvs_notify_fifo {Own}\n lvs_notify_fifo_script {reader}", string.Empty, Server(2), string.Empty));

        Assert.True(File.Exists(Own));
        Assert.Equal(isRead, _log.Has(LogLevel.Information, $" reads {Own}"));
        await director.Stop();
    }

    [Fact]
    public async Task Scripts_that_cannot_be_run_are_told_of_before_they_are_needed()
    {
        await using var announcements = new ServerAnnouncements(new ScriptIdentity(), TimeProvider.System, _log);
        var director = new PlayedDirector(announcements);

        await director.Start(Text(string.Empty, "quorum_up /no/such", "real_server 10.9.0.2 8080 {\n notify_down /not/there\n}\n", string.Empty));

        Assert.True(_log.Has(LogLevel.Error, "/no/such will not be run"), string.Join('\n', _log.Lines));
        Assert.True(_log.Has(LogLevel.Error, "/not/there will not be run"));
        await director.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _scripts.Dispose();
    }

    private async Task<string> NextMail()
    {
        ReceivedMail mail = await _server.Next();
        Assert.Equal(["RCPT TO:<a@x.org>", "RCPT TO:<b@x.org>"], mail.Commands.Where(command => command.StartsWith("RCPT", StringComparison.Ordinal)));
        string subject = mail.Header("Subject");
        return $"{subject[(subject.IndexOf(']', StringComparison.Ordinal) + 2)..]} {string.Join('\n', mail.Body)}";
    }

    private static string ScriptOf(string line)
    {
        string[] words = line.Split(' ');
        bool isUp = words[^1] == "UP";
        return words switch
        {
            ["RS", var server, ..] => $"{(isUp ? "up" : "down")}{server[8]}",
            ["VS", "FWM", ..] => isUp ? "gained7" : "lost7",
            _ => isUp ? "gained" : "lost",
        };
    }

    private string Server(int number, string check = "") =>
        $"real_server 10.9.0.{number} 8080 {{\n notify_up {_scripts.Path}/up{number}\n notify_down {_scripts.Path}/down{number}\n {check}\n TCP_CHECK {{\n retry 0\n }}\n}}\n";

    private string Mark(string servers) => Service("fwmark 7", $"quorum_up {_scripts.Path}/gained7\n quorum_down {_scripts.Path}/lost7", servers);

    private string Text(string global, string ofService, string servers, string more)
    {
        string scripts = ofService.Contains("quorum_up", StringComparison.Ordinal) ? string.Empty : $"quorum_up {_scripts.Path}/gained\n quorum_down {_scripts.Path}/lost\n";
        return $"global_defs {{\n script_user root\n {global}\n}}\n{Service("10.9.0.1 80", $"protocol TCP\n smtp_alert\n omega\n {scripts} {ofService}", servers)}{more}";
    }

    private static string Service(string name, string lines, string servers) =>
        $"virtual_server {name} {{\n delay_loop 0.01\n warmup 0\n lb_kind NAT\n {lines}\n {servers}}}\n";

    private static FastLb.Configuration.Model.VirtualServer ServiceOf(string servers) =>
        FastLb.Configuration.ConfigurationLoader.Parse(Service("10.9.0.1 80", "protocol TCP", servers), "test.conf").Configuration!.VirtualServers[0];
}
