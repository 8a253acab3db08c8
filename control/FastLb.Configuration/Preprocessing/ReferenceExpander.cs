using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// Puts the values of variables in the place of references to them. Values are expanded where they are used: after a substitution the line is looked
/// at again, until nothing is left to replace. A value of several lines is put in only for a reference that is the last thing on its line; the lines after
/// its first are handed to the pending ones. A reference to what is not defined is left as it is, and told. Not thread-safe.
/// </summary>
internal sealed class ReferenceExpander(
    Dictionary<string, Definition> definitions, PredefinedVariables predefined, PendingLines pending, ExpansionBudget budget, DiagnosticBag diagnostics)
{
    /// <summary>True when a reference that would be replaced begins at <paramref name="dollar"/>.</summary>
    public bool BeginsReference(MappedText line, int dollar) =>
        Reference.TryRead(line.Text, dollar, out Reference reference) && IsReplaced(reference, line.Text.Length);

    /// <summary>Replaces the reference at <paramref name="dollar"/> alone.</summary>
    /// <returns>The text from there on; null when it has been given up, which was reported.</returns>
    public MappedText? ExpandOne(MappedText line, int dollar)
    {
        var text = new MappedTextBuilder();
        int end = Append(text, line, dollar);
        if (end < 0) return null;
        text.Append(line, end, line.Text.Length);
        SourceSpan place = line.Span(dollar, end - dollar);
        return IsShortEnough(text.Length, place) && TakeCharacters(text.Length, place) ? text.ToMappedText(line.Span(dollar, 0)) : null;
    }

    /// <summary>Replaces all references from <paramref name="start"/> on.</summary>
    /// <returns>The text from there on; null when it has been given up, which was reported.</returns>
    public MappedText? Expand(MappedText line, int start)
    {
        MappedText current = line.Slice(start, line.Text.Length);
        for (int round = 0; current.Text.Contains('$', StringComparison.Ordinal); round++)
        {
            var text = new MappedTextBuilder();
            int copied = 0, first = -1;
            for (int dollar = current.Text.IndexOf('$'); dollar >= 0; dollar = NextDollar(current.Text, Math.Max(copied, dollar + 1)))
            {
                if (!BeginsReference(current, dollar)) continue;
                if (first < 0) first = dollar;
                if (round == ExpansionBudget.MaximumRecursion)
                {
                    ReportEndless(current.Span(dollar, 1));
                    return null;
                }

                text.Append(current, copied, dollar);
                copied = Append(text, current, dollar);
                if (copied < 0) return null;
                if (!IsShortEnough(text.Length + current.Text.Length - copied, current.Span(dollar, copied - dollar))) return null;
            }

            if (first < 0)
            {
                ReportWhatIsLeft(current);
                return current;
            }

            text.Append(current, copied, current.Text.Length);
            SourceSpan place = current.Span(first, 1);
            current = text.ToMappedText(current.Span(0, 0));
            if (!TakeCharacters(current.Text.Length, place)) return null;
        }

        return current;
    }

    /// <summary>Tells that the reference at <paramref name="place"/> leads to another one again and again (<see cref="ExpansionBudget.MaximumRecursion"/>).</summary>
    public void ReportEndless(SourceSpan place) => diagnostics.Add(
        DiagnosticCatalog.ExpansionTooDeep, place, $"the value of this variable is still not found after {ExpansionBudget.MaximumRecursion} substitutions",
        "its definition refers to itself; the line is left out");

    private static int NextDollar(string text, int from) => from < text.Length ? text.IndexOf('$', from) : -1;

    private bool IsReplaced(in Reference reference, int lineLength) => definitions.TryGetValue(reference.Name, out Definition? definition)
        ? definition.Lines.Length <= 1 || reference.End == lineLength
        : PredefinedVariables.IsKnown(reference);

    /// <summary>Appends the value of the reference at <paramref name="dollar"/>, which is known to be replaced.</summary>
    /// <returns>The index after the reference; -1 when the reading has been given up.</returns>
    private int Append(MappedTextBuilder text, MappedText line, int dollar)
    {
        if (!Reference.TryRead(line.Text, dollar, out Reference reference)) return -1;
        SourceSpan place = line.Span(dollar, reference.End - dollar);
        if (!definitions.TryGetValue(reference.Name, out Definition? definition))
        {
            text.AppendExpanded(predefined.Value(reference, place), place with { Expansion = null });
            return reference.End;
        }

        if (definition.Lines.IsEmpty) return reference.End;
        DefinedLine first = definition.Lines[0];
        text.AppendExpanded(first.Text, place with { Expansion = first.Expansion });
        return definition.Lines.Length == 1 || pending.TryPushDefinition(definition, place) ? reference.End : -1;
    }

    private bool IsShortEnough(int length, SourceSpan place)
    {
        if (length <= ExpansionBudget.MaximumLineLength) return true;
        diagnostics.Add(
            DiagnosticCatalog.ExpansionTooLarge, place, $"the line has more than {ExpansionBudget.MaximumLineLength} characters after this substitution", "it is left out");
        return false;
    }

    private bool TakeCharacters(int count, SourceSpan place)
    {
        if (budget.TakeCharacters(count)) return true;
        diagnostics.Add(
            DiagnosticCatalog.ExpansionTooLarge, place, $"substitutions have produced more than {ExpansionBudget.MaximumCharacters} characters", "the configuration is not read on from here");
        budget.GiveUp();
        return false;
    }

    /// <summary>Tells which references have not been replaced. Their names are kept out of the messages: they may be pieces of passwords.</summary>
    private void ReportWhatIsLeft(MappedText line)
    {
        string text = line.Text;
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '"') isQuoted = !isQuoted;
            if (text[i] != '$') continue;
            if (!Reference.TryRead(text, i, out Reference reference))
            {
                int nameEnd = NameRules.NameEnd(text, i + 1);
                if (nameEnd > i + 1 && nameEnd < text.Length && IsDefined(text[(i + 1)..nameEnd]))
                {
                    diagnostics.Add(
                        DiagnosticCatalog.ReferenceNotSeparated, line.Span(i, nameEnd - i), $"the variable is not replaced, as '{text[nameEnd]}' follows its name",
                        "its value is put in only before a blank, ',', ')' or the end of the line; write its name in braces after the '$'");
                }

                continue;
            }

            SourceSpan span = line.Span(i, reference.End - i);
            if (definitions.ContainsKey(reference.Name))
            {
                diagnostics.Add(
                    DiagnosticCatalog.MultiLineReferenceNotLast, span, "the variable is not replaced, as its value has several lines and more text follows",
                    "a reference to it must be the last thing on its line");
            }
            else if (reference.IsBraced && !isQuoted)
            {
                diagnostics.Add(
                    DiagnosticCatalog.UndefinedVariableBraces, span, "the variable is not defined",
                    "an undefined variable is left as it stands, and its braces then open and close a block");
            }
            else
            {
                diagnostics.Add(DiagnosticCatalog.UndefinedVariable, span, "the variable is not defined", "the text is taken as it stands");
            }
        }
    }

    private bool IsDefined(string name) => definitions.ContainsKey(name) || PredefinedVariables.IsKnown(new Reference(name, string.Empty, 0, IsBraced: false));
}
