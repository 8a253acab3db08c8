using FastLb.Lab.Tests.Laboratory;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>
/// FastLb and keepalived as each other's backup, in every mode of VRRP at once, by <c>scripts/vrrp-interop</c>, which fails when addresses don't move, or move when they shouldn't,
/// and when tshark finds a malformed advertisement.
/// </summary>
public sealed class VrrpInteropTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("keepalived-fastlb")]
    [InlineData("fastlb-keepalived")]
    public async Task Addresses_move_to_the_backup_when_the_master_stops_or_dies_and_back_when_it_returns(string pair)
    {
        await using LabProcess script = LabProcess.Start(Path.Combine(Repository.Root, "scripts", "vrrp-interop"), "--no-build", pair);

        string report = (await script.Ended(Patience)).Expected();

        Assert.Contains("packets captured, none malformed", report, StringComparison.Ordinal);
    }
}
