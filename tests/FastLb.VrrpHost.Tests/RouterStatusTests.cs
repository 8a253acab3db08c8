using FastLb.Configuration.Model;
using FastLb.Vrrp;
using FastLb.VrrpChannel;

namespace FastLb.VrrpHost.Tests;

public sealed class RouterStatusTests
{
    [Theory]
    [InlineData(nameof(VrrpRole.Init), VrrpState.Init, "INIT")]
    [InlineData(nameof(VrrpRole.Backup), VrrpState.Backup, "BACKUP")]
    [InlineData(nameof(VrrpRole.Master), VrrpState.Master, "MASTER")]
    [InlineData(nameof(VrrpRole.Fault), VrrpState.Fault, "FAULT")]
    [InlineData(nameof(VrrpRole.Stopped), VrrpState.Init, "STOPPED")]
    public void Role_has_a_state_and_a_word(string role, VrrpState state, string word)
    {
        VrrpRole one = Enum.Parse<VrrpRole>(role);

        Assert.Equal((state, word), (RouterStatus.StateOf(one), RouterStatus.Word(one)));
    }

    [Fact]
    public void Every_reason_has_words_of_its_own_and_names_what_it_is_about()
    {
        DirectorConfiguration configuration = ConfigurationText.WithInstance(string.Empty);
        using var router = new Router(RouterDefinition.Of(configuration.VrrpInstances[0], configuration), default, TimeProvider.System, _ => { }, (_, _) => { });
        TransitionReason[] reasons = Enum.GetValues<TransitionReason>();

        string[] causes = [.. reasons.Select(reason => RouterStatus.CauseOf(router, reason))];

        Assert.Equal(reasons.Length, causes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(causes, cause => Assert.Contains(' ', cause.Replace("stopped", "has stopped", StringComparison.Ordinal))); // words, not an enumeration's name
        Assert.StartsWith("near ", RouterStatus.CauseOf(router, TransitionReason.InterfaceDown), StringComparison.Ordinal);
        Assert.Contains("100", RouterStatus.CauseOf(router, TransitionReason.Preempted), StringComparison.Ordinal);
    }
}
