using System.Text.Json;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>The command line: exit codes, messages, what starts and what is refused.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task Check_of_the_reference_configuration_warns_and_exits_with_5_as_keepalived_does()
    {
        CommandResult result = await Balancer.RunCommand("check", Repository.MasterConfiguration);

        Assert.True(result.ExitCode == 5, result.ToString());
        Assert.Contains("master.conf:14:", result.Error, StringComparison.Ordinal);
        Assert.Contains("vrrp_garp_interval", result.Error, StringComparison.Ordinal);
        Assert.Contains("vrrp_gna_interval", result.Error, StringComparison.Ordinal);
        Assert.Contains("persistence_timeout", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_of_a_faultless_configuration_exits_with_0()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string configuration = VirtualService.WriteConfiguration(lab, new VirtualService(80) { Servers = [(lab.Web01, 1)] });

        CommandResult result = await Balancer.RunCommand("check", configuration);

        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact]
    public async Task Printed_configuration_is_one_that_means_the_same_and_hides_its_password_unless_asked()
    {
        string covered = (await Balancer.RunCommand("check", "--print", Repository.NatConfiguration)).Expected();
        string whole = (await Balancer.RunCommand("check", "--print", "--reveal-secrets", Repository.NatConfiguration)).Expected();
        string printed = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(printed, whole, TestContext.Current.CancellationToken);
            CommandResult differences = await Balancer.RunCommand("check", "--explain-changes", printed, Repository.NatConfiguration);
            Assert.Equal("nothing changes\n", differences.Expected());
            Assert.Contains("auth_pass ********\n", covered, StringComparison.Ordinal);
            Assert.Contains("auth_pass 1111\n", whole, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(printed);
        }
    }

    [Fact]
    public async Task Keyword_is_explained_and_a_misspelt_one_recognised()
    {
        Assert.Contains("default xdp_native xdp_generic", (await Balancer.RunCommand("keyword", "backends")).Expected(), StringComparison.Ordinal);
        CommandResult misspelt = await Balancer.RunCommand("keyword", "prioriti");
        Assert.Equal(1, misspelt.ExitCode);
        Assert.Contains("did you mean 'priority'?", misspelt.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_reports_every_fault_at_its_position()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string configuration = Path.Combine(lab.Master.Folder, "faulty.conf");
        await File.WriteAllTextAsync(configuration, """
            virtual_server 192.168.182.100 80 {
                lb_algo fastest
                lb_kind DR
                real_server 192.168.182.300 80 {
                }
            """);

        CommandResult result = await Balancer.RunCommand("check", configuration);

        Assert.True(result.ExitCode == 5, result.ToString());
        Assert.Contains("faulty.conf:1:", result.Error, StringComparison.Ordinal);
        Assert.Contains("faulty.conf:2:", result.Error, StringComparison.Ordinal);
        Assert.Contains("faulty.conf:4:", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check", "/nonexistent/keepalived.conf")]
    [InlineData("run", "-f", "/nonexistent/keepalived.conf", "--runtime-dir", "/nonexistent/run")]
    [InlineData("status", "--runtime-dir", "/nonexistent/run")]
    public async Task What_is_missing_is_named(params string[] arguments)
    {
        CommandResult result = await Balancer.RunCommand(arguments);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("/nonexistent/", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TUN type gre", "")]
    [InlineData("DR", "persistence_engine sip")]
    public async Task Run_refuses_by_name_what_would_forward_otherwise_than_asked(string method, string extra)
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        VirtualService service = new(80) { Method = method, Extra = extra, Servers = [(lab.Web01, 1)] };

        CommandResult result = await Balancer.StartInVain(lab, VirtualService.WriteConfiguration(lab, service));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(extra.Length > 0 ? extra.Split(' ')[0] : method, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("xdp", await lab.Master.Ip($"link show dev {lab.Master.Interface}"), StringComparison.Ordinal);
        Assert.DoesNotContain(ReferenceLab.VirtualAddressText, await lab.Master.Ip("address show"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_warns_about_keywords_that_do_nothing_yet()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        VirtualService service = new(80) { Extra = "snmp_name web", Servers = [(lab.Web01, 1)] };

        await using Balancer balancer = await Balancer.Start(lab, VirtualService.WriteConfiguration(lab, service));

        Assert.Contains("'snmp_name'", balancer.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_in_json_is_one_object_per_line()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration, "--log-format", "json");
        await balancer.Stop();

        string[] lines = balancer.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(line).ValueKind));
    }

    [Fact]
    public async Task Status_names_services_servers_and_the_kind_of_port()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);

        string text = (await Balancer.RunCommand("status", "--runtime-dir", balancer.RuntimeDirectory)).Expected();

        Assert.All(
            ["192.168.182.100:80", "192.168.182.132:80", "192.168.182.133:80", "rr", "ens33"],
            word => Assert.Contains(word, text, StringComparison.Ordinal));
    }
}
