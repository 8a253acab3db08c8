namespace FastLb.Runtime.Tests;

public sealed class ProcessReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RuntimeDirectory _directory;

    public ProcessReportTests() => _directory = new RuntimeDirectory(_folder.Path);

    [Fact]
    public void Reports_come_back_as_they_were_written()
    {
        var at = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);
        ProcessReport[] reports =
        [
            .. Enum.GetValues<ProcessState>().Select((state, i) => new ProcessReport(ProcessRole.Vrrp, state, 1000 + i, i, at.AddSeconds(i), $"was ended by signal {i}")),
            new ProcessReport(ProcessRole.Dataplane, ProcessState.Waiting, null, 0, at, null),
        ];

        ProcessReport.WriteAll(_directory, reports);

        Assert.Equal(reports, ProcessReport.ReadAll(_directory));
    }

    [Fact]
    public void Roles_and_states_are_written_by_their_names()
    {
        ProcessReport.WriteAll(_directory, [new ProcessReport(ProcessRole.Control, ProcessState.Running, 1, 0, default, null)]);

        string text = File.ReadAllText(_directory.ProcessesFile);

        Assert.Contains("\"Control\"", text, StringComparison.Ordinal);
        Assert.Contains("\"Running\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_supervisor_there_are_none() => Assert.Empty(ProcessReport.ReadAll(_directory));

    [Theory]
    [InlineData(ProcessRole.Supervisor, "supervisor")]
    [InlineData(ProcessRole.Dataplane, "dataplane")]
    [InlineData(ProcessRole.Vrrp, "vrrp")]
    [InlineData(ProcessRole.Control, "control")]
    public void Role_has_a_name(ProcessRole role, string name) => Assert.Equal(name, role.Name());

    public void Dispose() => _folder.Dispose();
}
