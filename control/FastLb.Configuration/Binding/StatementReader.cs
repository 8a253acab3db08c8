using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>
/// Holds statements against the keyword table: is the keyword known here, are its parameters there, of their kind and in range, and does
/// FastLb do it? What passes is handed to the binders. Not thread-safe.
/// </summary>
internal sealed class StatementReader(DiagnosticBag diagnostics, FeatureReporter features)
{
    /// <summary>The statements of <paramref name="block"/> that mean something, in their order.</summary>
    /// <param name="block">What is read.</param>
    /// <param name="refused">The feature for which the block was refused as a whole, which is not said again of what it holds; null for none.</param>
    public List<CheckedStatement> Read(BlockSyntax block, Feature? refused = null)
    {
        List<CheckedStatement> accepted = [];
        foreach (StatementSyntax statement in block.Statements)
        {
            if (Check(statement, block.Context, refused) is { } passed) accepted.Add(passed);
        }

        return accepted;
    }

    /// <summary>The statements in the block of <paramref name="statement"/>; if that is refused as a whole, it is not said again of what it holds.</summary>
    public List<CheckedStatement> ReadBlock(CheckedStatement statement) =>
        Read(statement.Block, statement.Entry.Feature.Standing == Standing.NotYetRefused ? statement.Entry.Feature : null);

    /// <summary>Checks the block of <paramref name="statement"/>, if it has one, and all blocks within, for those that no binder reads.</summary>
    public void ReadThrough(CheckedStatement statement)
    {
        // The depth of this recursion is that of the keyword table: blocks of unknown kind and lists end it.
        if (statement.Entry.Body is null or BlockContext.Unknown or BlockContext.Lines or BlockContext.VirtualAddresses) return;
        foreach (CheckedStatement inner in ReadBlock(statement)) ReadThrough(inner);
    }

    /// <summary>Checks one statement.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="context">The block in which it stands.</param>
    /// <param name="refused">The feature for which that block was refused as a whole; null for none.</param>
    /// <returns>Null when it is left out; the reason has been reported.</returns>
    public CheckedStatement? Check(StatementSyntax statement, BlockContext context, Feature? refused = null)
    {
        if (statement.IsUnreadable) return null;
        if (KeywordTable.Find(context, statement.Keyword.Text) is not { } entry)
        {
            ReportUnknown(statement, context);
            return null;
        }

        if (ReadArguments(statement, entry) is not { } arguments || !HasRightBlock(statement, entry)) return null;
        ReportFeatures(statement, entry, arguments, refused);
        if (entry.Body == BlockContext.Lines) ReportBlocksAmongLines(statement.Block, entry);
        return new CheckedStatement(entry, statement, arguments);
    }

    /// <summary>Judges one parameter.</summary>
    /// <returns>The value to use; null when there is none, which has been reported.</returns>
    public string? Accept(Token token, Argument argument, string keyword)
    {
        ArgumentFault fault = argument.Check(token.Text);
        if (fault == ArgumentFault.None) return token.Text;

        string? replacement = argument.Replacement(token.Text, fault);
        string outcome = fault == ArgumentFault.TooPrecise ? "it is rounded" : replacement is null ? "the line is ignored" : $"{replacement} is used";
        (DiagnosticDescriptor descriptor, string message) = fault switch
        {
            ArgumentFault.OutOfRange => (DiagnosticCatalog.OutOfRange, $"'{keyword} {token.Text}' is out of range"),
            ArgumentFault.TooPrecise => (DiagnosticCatalog.RoundedValue, $"'{keyword} {token.Text}' has more decimals than a microsecond"),
            ArgumentFault.UnknownChoice => (DiagnosticCatalog.UnknownChoice, $"'{keyword}' knows no '{token.Text}'"),
            _ => (DiagnosticCatalog.InvalidValue, $"'{token.Text}' is no value for '{keyword}'"),
        };
        string? nearest = argument.Choice is { } choice ? NearestKeyword.Find(token.Text, choice.Choices.Select(c => c.Word)) : null;
        string meant = nearest is null ? string.Empty : $"did you mean '{nearest}'? ";
        diagnostics.Add(descriptor, token.Span, message, $"{meant}expected {argument.Expected}; {outcome}");
        return replacement;
    }

    private string[]? ReadArguments(StatementSyntax statement, KeywordEntry entry)
    {
        int given = statement.Words.Length - 1;
        if (given < entry.RequiredArguments)
        {
            string missing = entry.Arguments[given].Name;
            diagnostics.Add(
                entry.MissingParameterIsFatal ? DiagnosticCatalog.MissingParameter : DiagnosticCatalog.MissingName,
                statement.Span, $"'{entry.Name}' lacks its parameter {missing}", $"expected {entry.Arguments[given].Expected}");
            return null;
        }

        int read = Math.Min(given, entry.MaximumArguments ?? given);
        string[] arguments = new string[read];
        for (int i = 0; i < read; i++)
        {
            if (Accept(statement.Words[i + 1], entry.ArgumentAt(i), entry.Name) is not { } value) return null;
            arguments[i] = value;
        }

        if (read < given) ReportSurplus(statement, entry, read);
        return arguments;
    }

    private void ReportSurplus(StatementSyntax statement, KeywordEntry entry, int read)
    {
        Token first = statement.Words[read + 1];
        for (int i = read + 1; i < statement.Words.Length; i++)
        {
            Token word = statement.Words[i];
            if (KeywordTable.Find(entry.Context, word.Text) is null) continue;
            diagnostics.Add(
                DiagnosticCatalog.KeywordAmongParameters, word.Span, $"the keyword '{word.Text}' stands among the parameters of '{entry.Name}' and is ignored",
                "begin a new line for each keyword");
            return;
        }

        string takes = read == 0 ? "takes no parameter" : read == 1 ? "takes one parameter" : $"takes {read} parameters";
        diagnostics.Add(
            DiagnosticCatalog.SurplusParameter, first.Span.To(statement.Words[^1].Span), $"'{entry.Name}' {takes}; the rest of the line is ignored");
    }

    private bool HasRightBlock(StatementSyntax statement, KeywordEntry entry)
    {
        if (entry.Body is not null && statement.Block is null)
        {
            diagnostics.Add(DiagnosticCatalog.MissingBlock, statement.Span, $"'{entry.Name}' lacks its block", "add '{' and '}'");
            return false;
        }

        if (entry.Body is null && statement.Block is { } block)
        {
            diagnostics.Add(DiagnosticCatalog.UnexpectedBlock, block.Open, $"'{entry.Name}' takes no block", "the block is left out");
        }

        return true;
    }

    private void ReportBlocksAmongLines(BlockSyntax? list, KeywordEntry entry)
    {
        foreach (StatementSyntax line in list?.Statements ?? [])
        {
            if (line.Block is not { } block) continue;
            diagnostics.Add(DiagnosticCatalog.UnexpectedBlock, block.Open, $"a line of '{entry.Name}' takes no block", "the block is left out");
        }
    }

    private void ReportFeatures(StatementSyntax statement, KeywordEntry entry, string[] arguments, Feature? refused)
    {
        if (entry.Feature != refused) features.Report(entry.Feature, entry.Name, statement.Span);
        if (entry.ReplacedBy is { } replacement)
        {
            diagnostics.Add(DiagnosticCatalog.DeprecatedKeyword, statement.Keyword.Span, $"'{entry.Name}' is deprecated", $"use '{replacement}'");
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            if (entry.ArgumentAt(i).Choice is { } choice && choice.FeatureOf(arguments[i]) is { } feature && feature != entry.Feature)
            {
                features.Report(feature, $"{entry.Name} {arguments[i]}", statement.Words[i + 1].Span);
            }
        }
    }

    private void ReportUnknown(StatementSyntax statement, BlockContext context)
    {
        Token keyword = statement.Keyword;
        string place = context == BlockContext.Root ? "outside all blocks" : $"in {string.Join(" or ", KeywordTable.OpenersOf(context))}";
        string? nearest = NearestKeyword.Find(keyword.Text, KeywordTable.NamesIn(context));
        var elsewhere = KeywordTable.Places(keyword.Text);
        string left = statement.Block is null ? string.Empty : "; its block is left out whole";

        if (elsewhere.Any(e => e.Context != BlockContext.AddressOption))
        {
            string? instead = elsewhere.Select(e => e.ReplacedBy).FirstOrDefault(r => r is not null && KeywordTable.Find(context, r) is not null);
            IEnumerable<string> homes = elsewhere.Select(e => HomeOf(e.Context)).Distinct(StringComparer.Ordinal).Take(4);
            string belongs = $"it belongs {string.Join(" or ", homes)}";
            diagnostics.Add(
                DiagnosticCatalog.MisplacedKeyword, keyword.Span, $"'{keyword.Text}' has no meaning {place}{left}",
                instead is null ? belongs : $"use '{instead}'; {belongs}");
            return;
        }

        diagnostics.Add(
            statement.Block is null ? DiagnosticCatalog.UnknownKeyword : DiagnosticCatalog.UnknownBlock, keyword.Span,
            $"unknown keyword '{keyword.Text}' {place}{left}", nearest is null ? null : $"did you mean '{nearest}'?");
    }

    private static string HomeOf(BlockContext context) =>
        context == BlockContext.Root ? "outside all blocks" : $"in {string.Join(" or ", KeywordTable.OpenersOf(context))}";
}
