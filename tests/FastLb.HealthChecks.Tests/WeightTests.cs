using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;
using FastLb.HealthChecks.Pools;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests;

/// <summary>Checks that change the weight of their server. In pools a server reads number:weight.</summary>
public sealed class WeightTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastlb-weights-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "value");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_weight_that_a_check_says_takes_the_place_of_the_configured_one_until_it_says_another()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, weight: 5, checks: Misc()), Services.Server(2))]);
        Assert.Equal("1:5 2:1", run.Members());
        run.Start("3+7-+2");
        await run.To(10);
        Assert.Equal("1:3 2:1", run.Members()); // passing without a weight leaves it
        await run.To(20);
        Assert.Equal("1:7 2:1", run.Members());
        await run.To(50);
        Assert.Equal("1:2 2:1", run.Members());
        Assert.Equal(
            [
                "0 WeightChanged 192.0.2.1:80 MISC_CHECK /bin/true: weight 3",
                "20 WeightChanged 192.0.2.1:80 MISC_CHECK /bin/true: weight 7",
                "43 WeightChanged 192.0.2.1:80 MISC_CHECK /bin/true: weight 2",
            ],
            run.Events());
    }

    [Fact]
    public async Task Weights_of_several_checks_add_up_and_stay_within_what_a_weight_can_be()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, weight: 5, checks: [Misc(), Misc()]), Services.Server(2))]);
        run.Start("31", "47");
        await run.To(0);
        Assert.Equal("1:2 2:1", run.Members()); // 5, less 2 and less 1
        await run.To(10);
        Assert.Equal("1:3 2:1", run.Members()); // 5, less 4 and 2 more
    }

    [Fact]
    public async Task The_quorum_counts_the_weights_that_checks_say()
    {
        await using var run = new HealthRun([Services.Service(Services.Server(1, weight: 1, checks: Misc())) with { Quorum = 3, SorryServer = Services.Sorry() }]);
        Assert.Equal("99:1", run.Members());
        run.Start("42");
        await run.To(0);
        Assert.Equal("1:4", run.Members());
        await run.To(10);
        Assert.Equal("99:1", run.Members());
    }

    [Fact]
    public async Task A_successor_goes_on_with_the_weight()
    {
        VirtualServer service = Services.Service(Services.Server(1, weight: 5, checks: Misc()), Services.Server(2));
        var sink = new RecordingSink();
        await using (var run = new HealthRun([service], sink: sink))
        {
            run.Start("3");
            await run.To(0);
            await run.Stop();
        }

        await using var next = new HealthRun([service], sink.Last);
        Assert.Equal("1:3 2:1", next.Members());
        await using var other = new HealthRun([Services.Service(Services.Server(1, weight: 5, checks: Misc(setsWeight: false)), Services.Server(2))], sink.Last);
        Assert.Equal("1:5 2:1", other.Members()); // it sets none any more
    }

    [Theory]
    [InlineData("0", 1, false, "1:10")]
    [InlineData("5", 1, false, "1:15")]
    [InlineData("5", 3, false, "1:25")]
    [InlineData("5", 3, true, "1:0")] // 10 less 15
    [InlineData("-4", 2, false, "1:2")]
    [InlineData("2147483647", 2, false, "1:2147483647")]
    [InlineData("-2147483648", 1, false, "")]
    [InlineData("-1073741824", 2, false, "")]
    [InlineData("-1073741823", 2, false, "1:0")]
    [InlineData("2", int.MaxValue, true, "")]
    [InlineData("0", 0, false, "1:10")]
    [InlineData("1", 0, false, "")]
    [InlineData("0", 0, true, "")]
    [InlineData("1", 0, true, "1:10")]
    public async Task A_server_begins_as_its_file_says(string text, int factor, bool isReversed, string members)
    {
        await File.WriteAllTextAsync(Path, text);
        FileCheck check = new("file") { Weight = new FileWeight(factor, isReversed) };
        await using var run = new HealthRun([Services.Service(Services.Server(1, weight: 10, checks: check))], files: new TrackedFile("file", Path));
        Assert.Equal(members, run.Members());
    }

    [Fact]
    public async Task Without_a_weight_of_the_check_that_of_the_file_counts_and_a_file_that_is_not_there_says_0()
    {
        TrackedFile file = new("file", Path) { Weight = new TrackerWeight(2, IsReversed: true) };
        VirtualServer service = Services.Service(Services.Server(1, weight: 10, checks: new FileCheck("file")));
        await using var without = new HealthRun([service], files: file);
        Assert.Equal("1:10", without.Members());
        await File.WriteAllTextAsync(Path, "3");
        await using var with = new HealthRun([service], files: file);
        Assert.Equal("1:4", with.Members());
    }

    [Fact]
    public async Task A_first_value_is_written_into_the_file()
    {
        TrackedFile file = new("file", Path) { InitialValue = 7 };
        await using var run = new HealthRun([Services.Service(Services.Server(1, weight: 10, checks: new FileCheck("file")))], files: file);
        Assert.Equal("1:17", run.Members());
        Assert.Equal("7\n", await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task A_change_of_the_file_changes_the_pool_and_is_told()
    {
        VirtualServer service = Services.Service(Services.Server(1, weight: 10, checks: new FileCheck("file")), Services.Server(2));
        await using var run = new HealthRun([service], files: new TrackedFile("file", Path));
        await File.WriteAllTextAsync(Path, "1"); // before it is watched
        run.Start();
        Assert.Equal("1:11 2:1", await NextMembers(run));
        await File.WriteAllTextAsync(Path, "5");
        Assert.Equal("1:15 2:1", await NextMembers(run));
        await File.WriteAllTextAsync(Path, "-2147483648");
        Assert.Equal("2:1", await NextMembers(run));
        File.Delete(Path);
        Assert.Equal("1:10 2:1", await NextMembers(run));
        Assert.Equal(
            [
                "0 WeightChanged 192.0.2.1:80 FILE_CHECK file: weight 11",
                "0 WeightChanged 192.0.2.1:80 FILE_CHECK file: weight 15",
                $"0 ServerDown 192.0.2.1:80 FILE_CHECK file: {Path} says -2147483648, which comes to -2147483648",
                "0 WeightChanged 192.0.2.1:80 FILE_CHECK file: weight 10",
                "0 ServerUp 192.0.2.1:80 FILE_CHECK file passed",
            ],
            run.Events());
    }

    private static async Task<string> NextMembers(HealthRun run)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        ServicePools pools = await run.Health.Changes.ReadAsync(limit.Token);
        return string.Join(' ', pools.Services[0].Members.Select(member => $"{member.Address.GetAddressBytes()[3]}:{member.Weight}"));
    }

    private static MiscCheck Misc(bool setsWeight = true) => new()
    {
        Command = new NotifyScript(["/bin/true"], null),
        Timing = Services.Timing,
        Timeout = TimeSpan.FromSeconds(5),
        SetsWeight = setsWeight,
    };
}
