using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>vrrp_script</c>.</summary>
internal sealed class TrackedScriptBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    private readonly NotifyScriptReader _scripts = new(diagnostics);
    private readonly WeightReader _weights = new(diagnostics);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when it is left out; the reason has been reported.</returns>
    public TrackedScript? Bind(CheckedStatement block)
    {
        var script = new TrackedScript(block.Text(0), new NotifyScript([], null)) { Origin = new Origin(block.SpanOf(0)) };
        NotifyScript? command = null;
        ScriptUser? user = null;
        bool names = false;
        foreach (CheckedStatement statement in reader.ReadBlock(block))
        {
            switch (statement.Name)
            {
                case "script":
                    names = true;
                    command = _scripts.Read(statement) ?? command;
                    break;
                case "user":
                    user = NotifyScriptReader.ReadUser(statement.Text(0), statement.Has(1) ? statement.Text(1) : null);
                    break;
                default:
                    script = Apply(script, statement);
                    break;
            }
        }

        if (command is not null) return script with { Command = user is null ? command : command with { User = user } };

        // A command that cannot be read has been reported.
        if (!names)
        {
            diagnostics.Add(DiagnosticCatalog.IncompleteDefinition, block.SpanOf(0), $"the script '{script.Name}' has no command", "add 'script COMMAND'; it is left out, and whoever tracks it does not");
        }

        return null;
    }

    private TrackedScript Apply(TrackedScript script, CheckedStatement statement) => statement.Name switch
    {
        "interval" => script with { Interval = statement.Time(0) },
        "timeout" => script with { Timeout = statement.Time(0) },
        "weight" => script with { Weight = _weights.Read(script.Weight, statement) },
        "rise" => script with { Rise = (int)statement.Integer(0) },
        "fall" => script with { Fall = (int)statement.Integer(0) },
        "init_fail" => script with { StartsFailed = true },
        _ => script,
    };
}
