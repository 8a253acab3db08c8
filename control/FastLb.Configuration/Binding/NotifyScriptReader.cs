using System.Collections.Immutable;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Scripts;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding;

/// <summary>
/// Reads <c>KEYWORD COMMAND [USER [[:]GROUP]]</c>. keepalived reads such a line again, by the rules of <see cref="CommandWords"/>: its second
/// word is the command, which is split once more by the same rules; parameters therefore stand in the command's quotes.
/// </summary>
internal sealed class NotifyScriptReader(DiagnosticBag diagnostics)
{
    /// <summary>Reads one statement, unless there is a script already: the first of each counts, as in keepalived.</summary>
    /// <param name="known">What an earlier statement of that keyword said; null when there was none.</param>
    /// <param name="statement">What is read.</param>
    public NotifyScript? ReadFirst(NotifyScript? known, CheckedStatement statement)
    {
        if (known is null) return Read(statement);
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"there is a script for '{statement.Name}' before, on {known.Origin.Span.LineSeenFrom(statement.Syntax.Span)}",
            "the second is left out", known.Origin.Span);
        return known;
    }

    /// <summary>Reads one statement.</summary>
    /// <returns>Null when the script is left out; the reason has been reported.</returns>
    public NotifyScript? Read(CheckedStatement statement) => Read(statement, takesUser: true);

    /// <summary>Reads <c>KEYWORD COMMAND</c>, of the keywords whose user is set by another: what follows the command has no meaning there.</summary>
    /// <returns>Null when the command cannot be read, which has been reported.</returns>
    public NotifyScript? ReadCommand(CheckedStatement statement) => Read(statement, takesUser: false);

    private NotifyScript? Read(CheckedStatement statement, bool takesUser)
    {
        SourceSpan span = statement.SpanOf(0).To(statement.Syntax.Words[^1].Span);
        (ImmutableArray<string> line, CommandFault fault) = CommandWords.Split(statement.Syntax.Text);
        ImmutableArray<string> command = [];
        if (fault == CommandFault.None && line.Length > 1) (command, fault) = CommandWords.Split(line[1]);
        if (fault != CommandFault.None || command.IsEmpty || command[0].Length == 0)
        {
            diagnostics.Add(DiagnosticCatalog.InvalidValue, span, $"the command of '{statement.Name}' cannot be read: {Describe(fault)}", "the script is left out");
            return null;
        }

        ScriptUser? user = null;
        if (line.Length > 2 && takesUser)
        {
            user = ReadUser(line[2], line.Length > 3 ? line[3] : null);
            if (!IsUsualName(user.Name)) ReportDoubtfulUser(statement, span, user.Name);
        }

        if (line.Length > (takesUser ? 4 : 2))
        {
            diagnostics.Add(
                DiagnosticCatalog.SurplusParameter, span, $"'{statement.Name}' takes {(takesUser ? "a command, a user and a group" : "a command")}; the rest of the line is ignored",
                "parameters of the command stand in its quotes");
        }

        return new NotifyScript([.. command], user) { Origin = new Origin(span) };
    }

    /// <summary>A user and a group, which newer versions of keepalived let begin with a colon.</summary>
    public static ScriptUser ReadUser(string user, string? group) => new(user, group is [':', .. var name] ? name : group);

    private static string Describe(CommandFault fault) => fault switch
    {
        CommandFault.OpenQuote => "a quote is not closed",
        CommandFault.TrailingBackslash => "it ends in a backslash",
        CommandFault.NulCharacter => "an escape gives a NUL",
        CommandFault.NotUtf8 => "its escapes give no UTF-8",
        _ => "there is none",
    };

    /// <summary>The names that useradd(8) makes; others exist, but a parameter that lacks its quotes is likelier.</summary>
    private static bool IsUsualName(string name) =>
        name.Length > 0 && (char.IsAsciiLetterLower(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.' or '$');

    private void ReportDoubtfulUser(CheckedStatement statement, SourceSpan span, string name) => diagnostics.Add(
        DiagnosticCatalog.DoubtfulUser, span, $"'{name}' after the command of '{statement.Name}' is taken for the user who runs it",
        "if it is a parameter, put the command and its parameters into one pair of double quotes");
}
