using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using Xunit;

namespace FastLb.Configuration.Tests.Binding;

/// <summary>What the block <c>fastlb</c> says of how servers come back.</summary>
public sealed class RecoveryBindingTests
{
    [Fact]
    public void Servers_come_back_at_once_unless_it_is_said()
    {
        ConfigurationResult result = Parse(string.Empty);
        Assert.Equal(new RecoverySettings(), result.Configuration!.Dataplane.Recovery);
    }

    [Theory]
    [InlineData("flap_damping 3 60", 3, 60, 60)]
    [InlineData("flap_damping 2 1.5 86400", 2, 1.5, 86400)]
    public void Flap_damping_holds_for_as_long_as_it_looks_back_unless_it_is_said(string line, int falls, double window, double hold)
    {
        RecoverySettings recovery = Parse(line).Configuration!.Dataplane.Recovery;
        Assert.Equal(new FlapDamping(falls, TimeSpan.FromSeconds(window), TimeSpan.FromSeconds(hold)), recovery.Damping);
    }

    [Theory]
    [InlineData("flap_damping 1 60")]
    [InlineData("flap_damping 3")]
    [InlineData("flap_damping 3 0.5")]
    [InlineData("flap_damping 3 60 x")]
    [InlineData("slow_start 0")]
    [InlineData("slow_start 86401")]
    public void What_cannot_be_is_told(string line)
    {
        ConfigurationResult result = Parse(line);
        Assert.Contains(result.Diagnostics, diagnostic => diagnostic.Severity > DiagnosticSeverity.Notice && diagnostic.Span.Line == 2);
    }

    [Fact]
    public void Slow_start_is_told_to_do_nothing_where_weights_are_not_shares()
    {
        ConfigurationResult result = Parse("slow_start 30", "rr", "wlc", "sh");
        Assert.Equal(TimeSpan.FromSeconds(30), result.Configuration!.Dataplane.Recovery.SlowStart);
        Assert.Equal(
            [
                "slow_start does nothing for this service: 'rr' does not share by weight",
                "slow_start does nothing for this service: 'sh' does not share by weight",
            ],
            result.Diagnostics.Where(diagnostic => diagnostic.Code == "FLB1359").Select(diagnostic => diagnostic.Message));
        Assert.True(result.CanRun);
        Assert.DoesNotContain(Parse("flap_damping 3 60", "rr").Diagnostics, diagnostic => diagnostic.Code == "FLB1359");
    }

    private static ConfigurationResult Parse(string line, params string[] schedulers) => ConfigurationLoader.Parse(
        $"fastlb {{\n{line}\n}}\n" + string.Concat(schedulers.Select((name, i) => $"virtual_server 192.0.2.{i + 1} 80 {{\n lb_algo {name}\n real_server 192.0.2.20 80 {{ }}\n}}\n")), "f");
}
