using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>vrrp_track_process</c>.</summary>
internal sealed class TrackedProcessBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    private readonly WeightReader _weights = new(diagnostics);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when it is left out; the reason has been reported.</returns>
    public TrackedProcess? Bind(CheckedStatement block)
    {
        var process = new TrackedProcess(block.Text(0), []) { Origin = new Origin(block.SpanOf(0)) };
        foreach (CheckedStatement statement in reader.ReadBlock(block)) process = Apply(process, statement);
        if (process.Command.Count > 0 && process.Command[0].Length > 0) return process;
        diagnostics.Add(
            DiagnosticCatalog.IncompleteDefinition, block.SpanOf(0), $"'{process.Name}' does not say which process is tracked", "add 'process NAME'; it is left out, and whoever tracks it does not");
        return null;
    }

    private TrackedProcess Apply(TrackedProcess process, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "process" when process.Command.Count > 0:
                diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'{process.Name}' names a process before", "the second is ignored");
                return process;
            case "process":
                return process with { Command = [.. statement.Arguments] };
            case "param_match":
                return process with { ParameterMatch = statement.Text(0) == "initial" ? ParameterMatch.Initial : ParameterMatch.Partial };
            case "weight":
                return process with { Weight = _weights.Read(process.Weight, statement) };
            case "quorum" or "quorum_max":
                return ApplyQuorum(process, statement);
            case "delay":
                return process with { ForkDelay = statement.Time(0), TerminateDelay = statement.Time(0) };
            case "fork_delay":
                return process with { ForkDelay = statement.Time(0) };
            case "terminate_delay":
                return process with { TerminateDelay = statement.Time(0) };
            case "full_command":
                return process with { ComparesCommandLine = true };
            default:
                return process;
        }
    }

    /// <summary>At most nothing at all is a limit of its own: up means that the process does not run.</summary>
    private TrackedProcess ApplyQuorum(TrackedProcess process, CheckedStatement statement)
    {
        int number = (int)statement.Integer(0);
        TrackedProcess changed = statement.Name == "quorum" ? process with { Quorum = number } : process with { MostProcesses = number };
        if (changed.MostProcesses is not { } most || most == 0 || most >= changed.Quorum) return changed;
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"with 'quorum {changed.Quorum}' and 'quorum_max {most}' it would never be up", $"'{statement.Name} {number}' is ignored");
        return process;
    }
}
