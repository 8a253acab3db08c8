using FastLb.Configuration.Binding.Vrrp;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>Binds the checks that follow an object which is defined outside the virtual servers: <c>BFD_CHECK</c> and <c>FILE_CHECK</c>.</summary>
internal sealed class TrackingCheckBinder(DiagnosticBag diagnostics, TrackedNames names)
{
    /// <summary>Binds <c>BFD_CHECK</c>.</summary>
    /// <returns>Null when it is left out, which has been reported.</returns>
    public BfdCheck? BindBfd(CheckedStatement block, IReadOnlyList<CheckedStatement> statements, CheckSurroundings surroundings)
    {
        CheckedStatement? session = null;
        foreach (CheckedStatement statement in statements.Where(s => s.Name == "name"))
        {
            if (statement.Arguments.Length > 1)
            {
                diagnostics.Add(
                    DiagnosticCatalog.InvalidValue, statement.SpanOf(1).To(statement.Syntax.Words[^1].Span), "'name' takes one BFD session", "the line is ignored; write a BFD_CHECK for each");
            }
            else if (session is not null)
            {
                diagnostics.Add(
                    DiagnosticCatalog.RepeatedSetting, statement.Syntax.Span, $"there is a name before, on {session.Syntax.Span.LineSeenFrom(statement.Syntax.Span)}",
                    "the first counts, as in keepalived; write a BFD_CHECK for each", session.Syntax.Span);
            }
            else
            {
                session = statement;
            }
        }

        if (session is null)
        {
            diagnostics.Add(DiagnosticCatalog.CheckWithoutObject, block.Syntax.Span, $"'{block.Name}' names no BFD session", "the check is left out; add 'name'");
            return null;
        }

        if (names.Find(TrackedKind.Bfd, session.Text(0)) is null)
        {
            ReportUndefined(session, TrackedKind.Bfd, "bfd_instance", "the check is left out");
            return null;
        }

        var settings = new CheckSettings(statements, surroundings);
        return new BfdCheck(session.Text(0)) { Origin = new Origin(block.Syntax.Span), Alpha = settings.Alpha };
    }

    /// <summary>Binds <c>FILE_CHECK</c>.</summary>
    /// <returns>Null when it is left out, which has been reported.</returns>
    public FileCheck? BindFile(CheckedStatement block, IReadOnlyList<CheckedStatement> statements)
    {
        CheckedStatement? file = null;
        foreach (CheckedStatement statement in statements.Where(s => s.Name == "track_file"))
        {
            if (names.Find(TrackedKind.File, statement.Text(0)) is not null) file = statement;
            else ReportUndefined(statement, TrackedKind.File, "track_file", "the line is ignored");
        }

        if (file is null)
        {
            diagnostics.Add(DiagnosticCatalog.CheckWithoutObject, block.Syntax.Span, $"'{block.Name}' names no file", "the check is left out; add 'track_file'");
            return null;
        }

        return new FileCheck(file.Text(0))
        {
            Origin = new Origin(block.Syntax.Span),
            Weight = statements.Last("weight") is { } weight ? new FileWeight((int)weight.Integer(0), weight.Has(1)) : null,
        };
    }

    // keepalived reads from the top, and knows nothing of what is defined below.
    private void ReportUndefined(CheckedStatement statement, TrackedKind kind, string keyword, string outcome)
    {
        string name = statement.Text(0);
        if (names.FindAnywhere(kind, name) is { } below)
        {
            diagnostics.Add(
                DiagnosticCatalog.UndefinedTrackedObject, statement.SpanOf(0), $"no {keyword} '{name}' is defined above", $"put the sound definition of it before the virtual server; {outcome}", below);
            return;
        }

        string? nearest = NearestKeyword.Find(name, names.NamesOf(kind));
        diagnostics.Add(
            DiagnosticCatalog.UndefinedTrackedObject, statement.SpanOf(0), $"there is no {keyword} '{name}'", $"{(nearest is null ? string.Empty : $"did you mean '{nearest}'? ")}{outcome}");
    }
}
