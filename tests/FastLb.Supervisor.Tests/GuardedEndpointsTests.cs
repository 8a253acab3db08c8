using FastLb.Configuration;
using FastLb.Configuration.Model;

namespace FastLb.Supervisor.Tests;

public sealed class GuardedEndpointsTests
{
    private const string Servers = "lb_kind NAT\n real_server 10.0.0.11 8080 {\n }\n real_server 10.0.0.12 {\n lvs_method DR\n }\n";

    [Theory]
    [InlineData("virtual_server 192.0.2.1 80 {{\n protocol TCP\n {0}}}", "192.0.2.1:80/Tcp", "10.0.0.11:8080/Tcp")]
    [InlineData("virtual_server 192.0.2.1 {{\n protocol UDP\n persistence_timeout\n {0}}}", "192.0.2.1:0/Udp", "10.0.0.11:0/Udp")]
    [InlineData("virtual_server 192.0.2.1 21 {{\n protocol TCP\n persistence_timeout\n {0}}}", "192.0.2.1:0/Tcp", "10.0.0.11:0/Tcp")]
    [InlineData(
        "virtual_server fwmark 7 {{\n persistence_timeout\n {0}}}\nfastlb {{\n mark 7 {{\n destination 192.0.2.1-2\n destination_port 53\n protocol udp\n }}\n}}",
        "192.0.2.1:53/Udp 192.0.2.2:53/Udp", "10.0.0.11:0/Udp")]
    [InlineData(
        "virtual_server_group G {{\n 192.0.2.1 80\n 192.0.2.2 443\n}}\nvirtual_server group G {{\n protocol TCP\n {0}}}",
        "192.0.2.1:80/Tcp 192.0.2.2:443/Tcp", "10.0.0.11:8080/Tcp 10.0.0.11:8080/Tcp")]
    public void What_clients_send_to_is_guarded_and_what_servers_behind_translation_answer_from(string text, string services, string servers)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, Servers), "f");
        Assert.True(result.CanRun, string.Join('\n', result.Diagnostics.Select(diagnostic => diagnostic.Message)));
        DirectorConfiguration configuration = result.Configuration!;

        Assert.Equal(services, string.Join(' ', GuardedEndpoints.ServicesOf(configuration)));
        Assert.Equal(servers, string.Join(' ', GuardedEndpoints.TranslatedServersOf(configuration)));
    }
}
