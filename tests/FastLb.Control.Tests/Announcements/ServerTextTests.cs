using FastLb.Configuration;
using FastLb.Configuration.Model;
using FastLb.Control.Announcements;
using FastLb.HealthChecks;

namespace FastLb.Control.Tests.Announcements;

/// <summary>Names, lines and mail, recorded from keepalived 2.2.7 where it could be had to send them.</summary>
public sealed class ServerTextTests
{
    private static readonly VirtualServer Web = ServiceOf("virtual_server 192.0.2.1 80", "protocol TCP\n quorum 3\n hysteresis 1");
    private static readonly RealServer First = Web.RealServers[0];

    [Theory]
    [InlineData("virtual_server 192.0.2.1 80", "protocol TCP", "[192.0.2.1]:tcp:80", "[198.51.100.1]:tcp:8080")]
    [InlineData("virtual_server 192.0.2.1 53", "protocol UDP", "[192.0.2.1]:udp:53", "[198.51.100.1]:udp:8080")]
    [InlineData("virtual_server fwmark 7", "", "FWM 7", "[198.51.100.1]:none:8080")]
    [InlineData("virtual_server group web", "protocol TCP", "[web]:0", "[198.51.100.1]:tcp:8080")]
    public void Names_are_those_of_keepalived(string title, string lines, string service, string server)
    {
        VirtualServer named = ServiceOf(title, lines);

        Assert.Equal(service, ServerNames.Of(named));
        Assert.Equal(server, ServerNames.Of(named.RealServers[0], named));
    }

    [Fact]
    public void Name_of_an_ipv6_service_has_its_address_in_brackets_too()
    {
        VirtualServer service = Web with { Address = System.Net.IPAddress.Parse("2001:db8::1") };

        Assert.Equal("[2001:db8::1]:tcp:80", ServerNames.Of(service));
    }

    [Theory]
    [InlineData("TCP_CHECK", null, "=> TCP CHECK succeed on service <=")]
    [InlineData("TCP_CHECK", "connection refused", "=> TCP CHECK failed on service <=")]
    [InlineData("UDP_CHECK", "no answer", "=> UDP CHECK failed on service <=")]
    [InlineData("PING_CHECK", null, "=> ICMP CHECK succeed on service <=")]
    [InlineData("MISC_CHECK", null, "=> MISC CHECK succeeded on service <=")]
    [InlineData("MISC_CHECK", "not done within 1 s", "=> MISC CHECK timed out on service <=")]
    [InlineData("MISC_CHECK", "status 1", "=> MISC CHECK failed on service <=")]
    [InlineData("DNS_CHECK", null, "=> DNS_CHECK: succeed on service <=")]
    [InlineData("HTTP_GET", null, "=> CHECK succeed on service <=")]
    [InlineData("SSL_GET", "connection error", "=> CHECK failed on service : connection error <=")]
    [InlineData("SMTP_CHECK", "no 250", "=> CHECK failed on service : no 250 <=")]
    public void Mail_about_a_server_names_the_check(string kind, string? fault, string body)
    {
        var news = new ServerNews(Web, First, IsUp: fault is null, NewsCause.Change) { Check = new CheckIdentity(kind, "198.51.100.1:8080", 0), Fault = fault };

        string state = fault is null ? "UP" : "DOWN";
        Assert.Equal(($"[R1] Realserver [198.51.100.1]:tcp:8080 of virtual server [192.0.2.1]:tcp:80 - {state}", body), ServerMailText.Of("R1", news));
    }

    [Theory]
    [InlineData(nameof(NewsCause.Stop), "=> Shutting down <=")]
    [InlineData(nameof(NewsCause.Removal), "=> Removing <=")]
    [InlineData(nameof(NewsCause.Assumption), null)]
    [InlineData(nameof(NewsCause.Start), null)]
    public void Mail_about_a_server_without_a_check_says_why_it_goes(string cause, string? body) =>
        Assert.Equal(body, ServerMailText.Of("R1", new ServerNews(Web, First, IsUp: false, Enum.Parse<NewsCause>(cause)))?.Body);

    [Theory]
    [InlineData(true, false, nameof(NewsCause.Change), "=> Gained quorum 3+1=4 <= 5 <=")]
    [InlineData(false, true, nameof(NewsCause.Change), "=> Lost quorum 3+1=2 <= 5 <=")]
    [InlineData(false, true, nameof(NewsCause.Removal), "=> Lost quorum 3+1=2 <= 5 <=")]
    [InlineData(true, false, nameof(NewsCause.Start), "=> Starting with quorum up 3+1=4 <= 5 <=")]
    [InlineData(false, false, nameof(NewsCause.Start), "=> Starting with quorum down 3+1=4 <= 5 <=")]
    [InlineData(false, true, nameof(NewsCause.Start), "=> Starting with quorum down 3+1=2 <= 5 <=")]
    [InlineData(false, true, nameof(NewsCause.Stop), "=> Shutting down <=")]
    public void Mail_about_a_quorum_has_its_numbers(bool isUp, bool hadQuorum, string cause, string body)
    {
        var news = new ServerNews(Web, null, isUp, Enum.Parse<NewsCause>(cause)) { HadQuorum = hadQuorum, LiveWeight = 5 };

        Assert.Equal(($"[R1] Virtualserver [192.0.2.1]:tcp:80 - {(isUp ? "UP" : "DOWN")}", body), ServerMailText.Of("R1", news));
    }

    [Theory]
    [InlineData("", "", "", true, false)] // keepalived's rule: of servers alone
    [InlineData("smtp_alert", "", "", true, true)]
    [InlineData("smtp_alert off", "", "", false, false)]
    [InlineData("smtp_alert\n smtp_alert_checker off", "", "", false, false)]
    [InlineData("smtp_alert_checker", "", "", true, true)]
    [InlineData("smtp_alert_checker off", "smtp_alert", "", false, true)]
    [InlineData("smtp_alert_checker off", "", "smtp_alert", true, false)]
    [InlineData("smtp_alert", "smtp_alert off", "smtp_alert off", false, false)]
    public void Mail_is_sent_where_it_is_wanted(string global, string ofService, string ofServer, bool isServerTold, bool isServiceTold)
    {
        DirectorConfiguration configuration = Read(global, "virtual_server 192.0.2.1 80", ofService, ofServer);
        VirtualServer service = configuration.VirtualServers[0];

        Assert.Equal(isServerTold, ServerMail.IsWanted(new ServerNews(service, service.RealServers[0], true, NewsCause.Change), configuration.Global.Mail));
        Assert.Equal(isServiceTold, ServerMail.IsWanted(new ServerNews(service, null, true, NewsCause.Change), configuration.Global.Mail));
    }

    [Theory]
    [InlineData("no_checker_emails", false)]
    [InlineData("", true)]
    public void Mail_tells_of_checks_that_change_nothing_unless_that_is_not_wanted(string global, bool isTold)
    {
        DirectorConfiguration configuration = Read(global, "virtual_server 192.0.2.1 80", "", "");
        VirtualServer service = configuration.VirtualServers[0];

        Assert.Equal(isTold, ServerMail.IsWanted(new ServerNews(service, service.RealServers[0], false, NewsCause.CheckAlone), configuration.Global.Mail));
        Assert.True(ServerMail.IsWanted(new ServerNews(service, service.RealServers[0], false, NewsCause.Change), configuration.Global.Mail));
    }

    private static VirtualServer ServiceOf(string title, string lines) => Read("", title, lines, "weight 4").VirtualServers[0];

    private static DirectorConfiguration Read(string global, string title, string ofService, string ofServer)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(
            $"global_defs {{\n {global}\n}}\nvirtual_server_group web {{\n 192.0.2.1 80\n}}\n{title} {{\n {ofService}\n lb_kind NAT\n real_server 198.51.100.1 8080 {{\n {ofServer}\n }}\n}}\n",
            "test.conf");
        return result.Configuration ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }
}
