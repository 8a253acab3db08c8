using System.Diagnostics.CodeAnalysis;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// keepalived's preprocessor: reads files line by line and gives the lines that are left when includes, conditions, definitions, references, sequences and lists
/// have been carried out. Conditions, definitions and sequences are looked for where a line begins, where text begins that has been put in there, and after
/// each unquoted brace, as a brace ends a logical line. Work and output are bounded (<see cref="ExpansionBudget"/>). Not thread-safe.
/// </summary>
internal sealed class Preprocessor
{
    private readonly Surroundings _surroundings;
    private readonly DiagnosticBag _diagnostics;
    private readonly ExpansionBudget _budget = new();
    private readonly PendingLines _pending;
    private readonly PredefinedVariables _predefined;
    private readonly ReferenceExpander _expander;
    private readonly DefinitionReader _definitionReader;
    private readonly LoopReader _loopReader;
    private readonly IncludeReader _includeReader;

    /// <summary>Begins with the main file of <paramref name="sources"/>, to which included files are added.</summary>
    public Preprocessor(SourceFiles sources, Surroundings surroundings, DiagnosticBag diagnostics)
    {
        _surroundings = surroundings;
        _diagnostics = diagnostics;
        _pending = new PendingLines(_budget, surroundings.DemandsAllIncludes ? ReadingDirective.All : IncludeRequirement.None, diagnostics);
        Dictionary<string, Definition> definitions = new(StringComparer.Ordinal);
        _predefined = new PredefinedVariables(surroundings, _pending, diagnostics);
        _expander = new ReferenceExpander(definitions, _predefined, _pending, _budget, diagnostics);
        _definitionReader = new DefinitionReader(definitions, _pending);
        _loopReader = new LoopReader(definitions, _expander, _pending, diagnostics);
        _includeReader = new IncludeReader(surroundings, sources, _pending, _budget, diagnostics);
        _pending.PushFiles([sources.Main]);
    }

    /// <summary>True when the reading has been given up before the end, which was reported: what was read is not what was meant.</summary>
    public bool IsGivenUp => _budget.IsGivenUp;

    /// <summary>Characters of all lines so far, of files as well as made by definitions and sequences.</summary>
    public long Characters { get; private set; }

    /// <summary>The next line that has any text: without comments and with nothing left to be carried out.</summary>
    public bool TryRead([NotNullWhen(true)] out MappedText? line)
    {
        while (_pending.TryRead(out PendingLine pending))
        {
            Characters += pending.Text.Text.Length;
            line = Process(pending);
            if (line is not null) return true;
        }

        line = null;
        return false;
    }

    /// <summary>Carries out what a line asks for.</summary>
    /// <returns>The text of it that is to be read by others; null when there is none.</returns>
    private MappedText? Process(PendingLine pending)
    {
        MappedText line = pending.Text;
        int at = pending.Start;
        bool isExpanded = pending.IsExpanded, isConditionMet = false;
        int expansions = 0;
        while (true)
        {
            at = NameRules.SkipBlanks(line.Text, at);
            if (at >= line.Text.Length) return null;
            switch (line.Text[at])
            {
                case '@' when !isConditionMet:
                    if (!Condition.Holds(line.Text, at, _surroundings.ConfigurationId, out int rest))
                    {
                        WarnOfDroppedDefinition(line, rest);
                        return null;
                    }

                    isConditionMet = true;
                    at = rest;
                    continue;
                case '$' when DefinitionReader.NameEnd(line.Text, at) is var nameEnd and > 0:
                    _definitionReader.Read(line, at, nameEnd);
                    return null;
                case '$' when !isExpanded && _expander.BeginsReference(line, at):
                    // What is put in here may begin with a condition, a definition or a sequence, so it is looked at before the rest is expanded.
                    if (++expansions > ExpansionBudget.MaximumRecursion)
                    {
                        _expander.ReportEndless(line.Span(at, 1));
                        return null;
                    }

                    if (_expander.ExpandOne(line, at) is not { } opened) return null;
                    line = opened;
                    at = 0;
                    isConditionMet = false;
                    continue;
                case '~' when LoopReader.Begins(line.Text, at):
                    _loopReader.Read(line, at);
                    return null;
                case 'i' when isExpanded && IncludeKeyword.PatternStart(line.Text, at, out IncludeRequirement requirement) is var pattern and > 0:
                    _includeReader.Read(line, at, pattern, requirement);
                    return null;
            }

            if (isExpanded)
            {
                Follow(line.Text, at);
                return TakeLogicalLine(line, at);
            }

            if (_expander.Expand(line, at) is not { } expanded) return null;

            // A substitution has the condition looked at again, even one that now stands first because another was met.
            if (expanded.Text.Length != line.Text.Length - at || !line.Text.AsSpan(at).SequenceEqual(expanded.Text)) isConditionMet = false;
            line = expanded;
            at = 0;
            isExpanded = true;
        }
    }

    /// <summary>Takes the text up to the first brace after which something is to be carried out, and leaves the rest for the next reading.</summary>
    private MappedText TakeLogicalLine(MappedText line, int start)
    {
        string text = line.Text;
        if (text.EndsWith('\\')) WarnOfContinuation(line);
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"')
            {
                i = text.IndexOf('"', i + 1);
                if (i < 0) break;
            }
            else if (c is '{' or '}')
            {
                int next = NameRules.SkipBlanks(text, i + 1);
                if (next < text.Length && BeginsDirective(text, next))
                {
                    _pending.SetRest(new PendingLine(line, next, IsExpanded: true));
                    return line.Slice(start, i + 1);
                }

                i = next - 1;
            }
        }

        return line.Slice(start, text.Length);
    }

    private static bool BeginsDirective(string text, int at) => text[at] switch
    {
        '@' => true,
        '$' => DefinitionReader.NameEnd(text, at) > 0,
        '~' => LoopReader.Begins(text, at),
        'i' => IncludeKeyword.PatternStart(text, at, out _) > 0 || ReadingDirective.Begins(text, at),
        'r' => ReadingDirective.Begins(text, at),
        _ => false,
    };

    /// <summary>Takes up what the statement at <paramref name="at"/> says of the lines to come, if it does.</summary>
    private void Follow(string text, int at)
    {
        if (ReadingDirective.ReadIncludeCheck(text, at, _pending.IncludeChecks) is { } checks) _pending.IncludeChecks = checks;
        else if (ReadingDirective.ReadRandomSeed(text, at) is { } seed) _predefined.Seed(seed);
    }

    private void WarnOfDroppedDefinition(MappedText line, int start)
    {
        if (DefinitionReader.NameEnd(line.Text, start) is not (var nameEnd and > 0) || !line.Text.EndsWith('\\')) return;
        _diagnostics.Add(
            DiagnosticCatalog.DefinitionHalfDropped, line.Span(start, nameEnd - start), "the condition drops this line alone: those that follow belong to no definition",
            "write the condition in front of each of them");
    }

    private void WarnOfContinuation(MappedText line)
    {
        int end = line.Text.Length - 1;
        _diagnostics.Add(
            DiagnosticCatalog.NoContinuation, line.Span(end, 1), "a backslash does not continue a line here: it becomes a part of the last word",
            "only definitions go on after a backslash");
    }
}
