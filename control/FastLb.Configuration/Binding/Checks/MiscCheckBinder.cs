using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds <c>MISC_CHECK</c>.</summary>
internal sealed class MiscCheckBinder(DiagnosticBag diagnostics)
{
    private const uint DefaultRetries = 0;
    private static readonly TimeSpan DefaultDelayBeforeRetry = TimeSpan.FromSeconds(1);

    private readonly NotifyScriptReader _scripts = new(diagnostics);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when there is nothing to run, which has been reported.</returns>
    public MiscCheck? Bind(CheckedStatement block, IReadOnlyList<CheckedStatement> statements, CheckSurroundings surroundings)
    {
        // A command that cannot be read has been reported.
        CheckedStatement? path = statements.Last("misc_path");
        if ((path is null ? null : _scripts.ReadCommand(path)) is not { } command)
        {
            if (path is null)
                diagnostics.Add(DiagnosticCatalog.CheckWithoutCommand, block.Syntax.Span, $"'{block.Name}' has nothing to run", "the check is left out; add 'misc_path'");
            return null;
        }

        var settings = new CheckSettings(statements, surroundings);
        ProbeTiming timing = settings.Timing(DefaultRetries, DefaultDelayBeforeRetry);
        CheckedStatement? user = statements.Last("user");
        TimeSpan given = statements.Last("misc_timeout")?.Seconds(0) ?? TimeSpan.Zero;
        return new MiscCheck
        {
            Origin = new Origin(block.Syntax.Span),
            Timing = timing,
            Alpha = settings.Alpha,
            LogAllFailures = settings.LogAllFailures,
            Command = user is null ? command : command with { User = NotifyScriptReader.ReadUser(user.Text(0), user.Has(1) ? user.Text(1) : null) },
            Timeout = given == TimeSpan.Zero ? timing.Period : given,
            SetsWeight = statements.Last("misc_dynamic") is not null,
        };
    }
}
