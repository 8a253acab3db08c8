using CsCheck;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Printing;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

public sealed class NotifyScriptTests
{
    [Theory]

    // Observed of keepalived 2.2.7, by the path that it looks up: these programs with these parameters.
    [InlineData("/n", "/n")]
    [InlineData("\"/n x y\"", "/n|x|y")]
    [InlineData("'/n x' root", "/n|x")]
    [InlineData("\"'/n single q' a\"", "/n single q|a")]
    [InlineData("\"/n'a b'c d\"", "/na bc|d")]
    [InlineData(@"/n\x41\102\tz", "/nAB|z")]
    [InlineData(@"""/n\x41\102""", "/nAB")]
    [InlineData(@"""/n\\x41""", "/nA")]
    [InlineData(@"""/n\ x y""", "/n|x|y")]
    [InlineData(@"""/n\\\ x y""", "/n x|y")]
    [InlineData(@"""/n\Eq\a""", "/n\eq\a")]
    [InlineData("\"/n{x}\"", "/n{x}")]
    [InlineData("\"/n#x!\" # comment", "/n#x!")]
    [InlineData(@"/n\#x # comment", "/n#x")]
    public void Command_is_read_twice(string command, string arguments)
    {
        NotifyScript? script = Parse($"notify_master {command}").Configuration!.VrrpInstances[0].Notifications.Master;
        Assert.NotNull(script);
        Assert.Equal(arguments, string.Join('|', script.Arguments));
    }

    [Theory]
    [InlineData("/n", null, null)]
    [InlineData("/n u", "u", null)]
    [InlineData("\"/n a b\" u g", "u", "g")]
    [InlineData("\"/n a b\" u :g", "u", "g")]
    [InlineData("'/n a' 'u' \"g\"", "u", "g")]
    public void User_and_group_follow_the_command(string command, string? user, string? group)
    {
        ConfigurationResult result = Parse($"notify_fault {command}");
        Assert.Empty(result.Diagnostics);
        Assert.Equal(user is null ? null : new ScriptUser(user, group), result.Configuration!.VrrpInstances[0].Notifications.Fault?.User);
    }

    [Theory]
    [InlineData("/n MASTER", "'MASTER' after the command of 'notify' is taken for the user who runs it")]
    [InlineData("/n --state=up", "'--state=up' after the command of 'notify' is taken for the user who runs it")]
    [InlineData("/n u g x", "'notify' takes a command, a user and a group; the rest of the line is ignored")]
    public void Parameters_outside_of_the_quotes_are_told(string command, string message)
    {
        ConfigurationResult result = Parse($"notify {command}");
        Assert.Equal((message, DiagnosticSeverity.Notice), Assert.Single(result.Diagnostics.Select(d => (d.Message, d.Severity))));
        Assert.NotNull(result.Configuration!.VrrpInstances[0].Notifications.Any);
    }

    [Theory]
    [InlineData("''", "there is none")]
    [InlineData("\" \"", "there is none")]
    [InlineData("\"'' x\"", "there is none")]
    [InlineData("/n'x y", "a quote is not closed")]
    [InlineData("\"/n 'x\"", "a quote is not closed")]
    [InlineData(@"/n\", "it ends in a backslash")]
    [InlineData(@"""/n \\0""", "an escape gives a NUL")]
    [InlineData(@"/n\xff", "its escapes give no UTF-8")]
    public void Command_that_cannot_be_read_is_left_out(string command, string reason)
    {
        ConfigurationResult result = Parse($"notify_master {command}");
        Diagnostic diagnostic = Assert.Single(result.Diagnostics, d => d.Code != "FLB1513");
        Assert.Equal(("FLB1201", $"the command of 'notify_master' cannot be read: {reason}"), (diagnostic.Code, diagnostic.Message));
        Assert.Null(result.Configuration!.VrrpInstances[0].Notifications.Master);
        Assert.True(result.CanRun);
    }

    [Fact]
    public void Missing_command_is_fatal_as_in_keepalived() => Assert.Equal((2, false), (Parse("notify_master").CheckExitStatus, Parse("notify_master").CanRun));

    [Fact]
    public void First_script_of_a_kind_counts()
    {
        ConfigurationResult result = Parse("notify_stop /a\n notify_stop /b");
        Assert.Equal("FLB1308", Assert.Single(result.Diagnostics).Code);
        Assert.Equal("/a", result.Configuration!.VrrpInstances[0].Notifications.Stop?.Arguments[0]);
    }

    [Fact]
    public void Each_keyword_has_its_place()
    {
        ConfigurationResult result = Parse(
            "notify_master /m\n notify_backup /b\n notify_fault /f\n notify_stop /s\n notify_deleted /d\n notify /n\n notify_master_rx_lower_pri /l");
        Assert.Empty(result.Diagnostics);
        VrrpNotifications scripts = result.Configuration!.VrrpInstances[0].Notifications;
        Assert.Equal(
            ["/m", "/b", "/f", "/s", "/d", "/n", "/l"],
            new[] { scripts.Master, scripts.Backup, scripts.Fault, scripts.Stop, scripts.Deleted, scripts.Any, scripts.MasterHearsLowerPriority }.Select(s => s?.Arguments[0]));
    }

    [Theory]
    [InlineData("script_user u", "u", null)]
    [InlineData("script_user u g", "u", "g")]
    [InlineData("script_user u :g\n enable_script_security", "u", "g")]
    public void Identity_of_scripts_is_kept(string lines, string user, string? group)
    {
        ConfigurationResult result = ConfigurationLoader.Parse($"global_defs {{\n {lines}\n}}", "f");
        Assert.Empty(result.Diagnostics);
        Assert.Equal(new ScriptUser(user, group), result.Configuration!.Global.ScriptUser);
        Assert.Equal(lines.Contains("security", StringComparison.Ordinal), result.Configuration.Global.ScriptSecurity);
    }

    [Fact]
    public void Any_command_is_printed_so_that_it_is_read_as_it_was()
    {
        Gen<string> argument = Gen.Char["ab/. '\"\\$#!{}\t\n\r\u0001\u0085é“€"].Array[0, 8].Select(c => new string(c));
        Gen.Select(argument.Array[1, 4], argument, argument, Gen.Int[0, 2]).Sample(
            (arguments, user, group, names) =>
            {
                if (arguments[0].Length == 0 || (names == 2 && group.StartsWith(':'))) return;
                ScriptUser? identity = names == 0 ? null : new ScriptUser(user, names == 1 ? null : group);
                DirectorConfiguration start = Parse("notify /n").Configuration!;
                VrrpNotifications notifications = new() { Any = new NotifyScript([.. arguments], identity) };
                DirectorConfiguration configuration = start with { VrrpInstances = [start.VrrpInstances[0] with { Notifications = notifications }] };
                string printed = ConfigurationPrinter.Print(configuration, SecretPrinting.Reveal);
                Assert.True(configuration.Equals(ConfigurationLoader.Parse(printed, "printed").Configuration), printed);
            },
            iter: 3000);
    }

    private static ConfigurationResult Parse(string line) => ConfigurationLoader.Parse(
        $"vrrp_instance VI_1 {{\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {{ 192.0.2.10 }}\n {line}\n}}\n", "f");
}
