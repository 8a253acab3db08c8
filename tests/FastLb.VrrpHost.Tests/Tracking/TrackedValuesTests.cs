using FastLb.Configuration.Model;
using FastLb.Runtime.TrackedFiles;
using FastLb.VrrpHost.Tracking;

namespace FastLb.VrrpHost.Tests.Tracking;

/// <summary>What becomes of results, counts and texts before weights come in.</summary>
public sealed class TrackedValuesTests
{
    private static readonly TrackedScript Script = new("s", new NotifyScript(["/bin/true"], null)) { Rise = 3, Fall = 2 };
    private static readonly TrackedProcess Process = new("p", ["httpd"]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void First_result_of_a_script_counts_at_once(bool succeeds)
    {
        var health = new ScriptHealth(Script);
        Assert.Null(health.IsUp);

        Assert.True(health.Take(succeeds));
        Assert.Equal(succeeds, health.IsUp);
    }

    [Fact]
    public void Script_rises_and_falls_after_so_many_results_in_a_row()
    {
        var health = new ScriptHealth(Script);
        bool[] results = [true, false, true, false, false, true, true, false, true, true, true];

        Assert.Equal([true, true, true, true, false, false, false, false, false, false, true], results.Select(result =>
        {
            bool? before = health.IsUp;
            Assert.Equal(health.Take(result), before != health.IsUp);
            return health.IsUp!.Value;
        }));
    }

    [Fact]
    public void Script_that_starts_as_failed_must_rise()
    {
        var health = new ScriptHealth(Script with { StartsFailed = true });
        Assert.False(health.IsUp);

        Assert.Equal([false, false, true], ((bool[])[true, true, true]).Select(health.Take));
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData(" \n-7 apples", -7)]
    [InlineData("+3\n", 3)]
    [InlineData("0x7f", 127)] // recorded: strtol's bases
    [InlineData("-0X10", -16)]
    [InlineData("010", 8)]
    [InlineData("09", 0)]
    [InlineData("0x", 0)]
    [InlineData("abc", 0)]
    [InlineData("", 0)]
    [InlineData("-", 0)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    [InlineData("2147483648", null)]
    [InlineData("-2147483649", null)]
    [InlineData("99999999999999999999999999", null)] // recorded: "Invalid number"
    public void File_says_the_number_that_it_begins_with(string text, int? value) => Assert.Equal(value, TrackedFileValue.Parse(text));

    [Theory]
    [InlineData(1, null, 0, false)]
    [InlineData(1, null, 1, true)]
    [InlineData(1, null, 9, true)]
    [InlineData(3, null, 2, false)]
    [InlineData(2, 3, 3, true)]
    [InlineData(2, 3, 4, false)]
    [InlineData(1, 0, 0, true)]
    [InlineData(1, 0, 1, false)]
    public void Processes_are_up_between_two_quorums(int quorum, int? most, int count, bool isUp)
    {
        var begun = new ProcessQuorum(Process with { Quorum = quorum, MostProcesses = most });
        begun.Begin(count);
        Assert.Equal(isUp, begun.IsUp);
    }

    [Fact]
    public void Change_of_processes_must_last()
    {
        var quorum = new ProcessQuorum(Process with { ForkDelay = TimeSpan.FromSeconds(2), TerminateDelay = TimeSpan.FromSeconds(3) });
        int[] counts = [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0];

        Assert.Equal(
            [false, false, false, false, false, true, true, true, true, true, true, true, false],
            counts.Select((count, second) =>
            {
                quorum.Take(count, TimeSpan.FromSeconds(second));
                return quorum.IsUp;
            }));
    }

    [Theory]
    [InlineData("1 (httpd) S 0", "httpd")]
    [InlineData("1 (a (b) c) S 0", "a (b) c")]
    [InlineData("1 (httpd) Z 0", null)]
    [InlineData("", null)]
    public void Name_of_a_process_is_between_parentheses_unless_it_has_ended(string stat, string? name) => Assert.Equal(name, ProcessMatch.NameIn(stat));

    [Fact]
    public void Long_names_are_compared_as_far_as_the_kernel_keeps_them()
    {
        Assert.True(ProcessMatch.IsName(Process, "httpd"));
        Assert.False(ProcessMatch.IsName(Process, "httpd2"));
        Assert.True(ProcessMatch.IsName(Process with { Command = ["abcdefghijklmnopqrs"] }, "abcdefghijklmno"));
        Assert.False(ProcessMatch.IsName(Process with { Command = ["abcdefghijklmnopqrs"] }, "abcdefghijklmn"));
    }

    [Theory]
    [InlineData(nameof(ParameterMatch.Exact), "httpd", "httpd", true)]
    [InlineData(nameof(ParameterMatch.Exact), "httpd", "httpd -x", true)]
    [InlineData(nameof(ParameterMatch.Exact), "httpd", "nginx", false)]
    [InlineData(nameof(ParameterMatch.Exact), "httpd -a", "httpd -a", true)]
    [InlineData(nameof(ParameterMatch.Exact), "httpd -a", "httpd -a -b", false)]
    [InlineData(nameof(ParameterMatch.Exact), "httpd -a", "httpd", false)]
    [InlineData(nameof(ParameterMatch.Partial), "httpd -a", "httpd -a -b", true)]
    [InlineData(nameof(ParameterMatch.Partial), "httpd -a", "httpd -ab", false)]
    [InlineData(nameof(ParameterMatch.Partial), "httpd", "httpd -a", false)]
    [InlineData(nameof(ParameterMatch.Partial), "httpd", "httpd", true)]
    [InlineData(nameof(ParameterMatch.Initial), "httpd -a -b", "httpd -a -bc", true)]
    [InlineData(nameof(ParameterMatch.Initial), "httpd -a -b", "httpd -ac -bc", false)]
    [InlineData(nameof(ParameterMatch.Initial), "httpd -a -b", "httpd -a", false)]
    public void Parameters_are_compared_as_the_definition_says(string match, string wanted, string line, bool counts)
    {
        TrackedProcess tracked = Process with { Command = [.. wanted.Split(' ')], ParameterMatch = Enum.Parse<ParameterMatch>(match), ComparesCommandLine = true };
        Assert.Equal(counts, ProcessMatch.IsCommandLine(tracked, line.Split(' ')));
    }

    [Fact]
    public void Command_lines_are_read_only_where_they_matter()
    {
        Assert.False(ProcessMatch.ReadsCommandLine(Process));
        Assert.True(ProcessMatch.ReadsCommandLine(Process with { ComparesCommandLine = true }));
        Assert.True(ProcessMatch.ReadsCommandLine(Process with { Command = ["httpd", "-x"] }));
        Assert.True(ProcessMatch.ReadsCommandLine(Process with { ParameterMatch = ParameterMatch.Partial }));
        Assert.False(ProcessMatch.IsCommandLine(Process, []));
    }
}
