using System.Globalization;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>
/// Reads the lines <c>NAME [weight W [reverse|noreverse]]</c> of the lists of trackers. As in keepalived, a line that names nothing or has another word for <c>weight</c> is left out, and
/// one with a weight out of range takes that of the definition.
/// </summary>
internal sealed class TrackerLinesReader(DiagnosticBag diagnostics, TrackedNames names)
{
    private const string WeightWord = "weight", ReverseWord = "reverse", NoReverseWord = "noreverse";

    /// <summary>What keepalived takes for a name: the device of a network interface.</summary>
    private const int LongestInterface = 15;

    /// <summary>Adds the lines of <paramref name="list"/> to those of earlier lists of the kind.</summary>
    public ValueList<Tracker> Read(ValueList<Tracker> soFar, CheckedStatement list, TrackedKind kind)
    {
        List<Tracker> trackers = [.. soFar];
        Dictionary<string, Tracker> known = soFar.ToDictionary(tracker => tracker.Name, StringComparer.Ordinal);
        foreach (StatementSyntax line in list.Block.Statements)
        {
            if (line.IsUnreadable || !IsKnown(line.Keyword, kind, list.Name)) continue;
            if (known.TryGetValue(line.Keyword.Text, out Tracker? first))
            {
                diagnostics.Add(
                    DiagnosticCatalog.DuplicateLine, line.Keyword.Span, $"'{first.Name}' is tracked before, on {first.Origin.Span.LineSeenFrom(line.Keyword.Span)}", "the second is left out", first.Origin.Span);
                continue;
            }

            if (!ReadWeight(line, kind, list.Name, out TrackerWeight? weight)) continue;
            names.Use(kind, line.Keyword.Text);
            var added = new Tracker(line.Keyword.Text, weight) { Origin = new Origin(line.Keyword.Span) };
            known.Add(added.Name, added);
            trackers.Add(added);
        }

        return [.. trackers];
    }

    private bool IsKnown(Token name, TrackedKind kind, string list)
    {
        if (kind == TrackedKind.Interface)
        {
            if (name.Text.Length is > 0 and <= LongestInterface) return true;
            diagnostics.Add(DiagnosticCatalog.InvalidValue, name.Span, $"'{name.Text}' is no interface's name", $"expected at most {LongestInterface} characters; the line is ignored");
            return false;
        }

        if (names.Find(kind, name.Text) is { } known)
        {
            if (!names.IsHidden(kind, name.Text)) return true;
            diagnostics.Add(DiagnosticCatalog.UnknownTracked, name.Span, $"'{list}' names '{name.Text}', which tells checks alone", "add 'vrrp' to its definition; the line is ignored", known);
            return false;
        }

        string definition = Definition(kind);
        if (names.FindAnywhere(kind, name.Text) is { } elsewhere)
        {
            bool isBelow = string.Equals(elsewhere.File, name.Span.File, StringComparison.Ordinal) && elsewhere.Line > name.Span.Line;
            string where = isBelow ? "is defined below this line" : "is not defined before this line";
            diagnostics.Add(
                DiagnosticCatalog.UnknownTracked, name.Span, $"'{list}' names '{name.Text}', which {where} or left out", $"correct the definition, or move it up; the line is ignored", elsewhere);
            return false;
        }

        string? nearest = NearestKeyword.Find(name.Text, names.NamesOf(kind));
        string meant = nearest is null ? $"add '{definition} {name.Text}' above" : $"did you mean '{nearest}'?";
        diagnostics.Add(DiagnosticCatalog.UnknownTracked, name.Span, $"'{list}' names '{name.Text}', which no '{definition}' defines", $"{meant}{(nearest is null ? ";" : string.Empty)} the line is ignored");
        return false;
    }

    private bool ReadWeight(StatementSyntax line, TrackedKind kind, string list, out TrackerWeight? weight)
    {
        weight = null;
        if (line.Words.Length == 1) return true;
        Token option = line.Words[1];
        if (option.Text != WeightWord)
        {
            string hint = NearestKeyword.Find(option.Text, [WeightWord]) is { } nearest ? $"did you mean '{nearest}'?" : $"expected 'weight' and a number, and then perhaps 'reverse'; one name stands on each line";
            diagnostics.Add(DiagnosticCatalog.UnknownLineOption, option.Span, $"'{list}' knows no '{option.Text}'", $"{hint}{(hint.EndsWith('?') ? string.Empty : ";")} the line is ignored");
            return false;
        }

        int most = kind is TrackedKind.File or TrackedKind.Process ? 254 : 253;
        if (line.Words.Length == 2)
        {
            diagnostics.Add(DiagnosticCatalog.InvalidValue, option.Span, "'weight' lacks its value", $"expected a whole number from {-most} to {most}; the line is ignored");
            return false;
        }

        Token number = line.Words[2];
        bool isReversed = ReadReversal(line, list) ?? names.WeightOf(kind, line.Keyword.Text).IsReversed;
        if (line.Words.Length > 4)
        {
            diagnostics.Add(DiagnosticCatalog.SurplusParameter, line.Words[4].Span.To(line.Words[^1].Span), $"a line of '{list}' ends here; the rest is ignored", "begin a new line for each name");
        }

        if (int.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= -most && value <= most)
        {
            weight = new TrackerWeight(value, isReversed);
            return true;
        }

        diagnostics.Add(
            DiagnosticCatalog.OutOfRange, number.Span, $"'weight {number.Text}' is out of range", $"expected a whole number from {-most} to {most}; {(kind == TrackedKind.Interface ? "0" : "the definition's weight")} is used");
        return true;
    }

    /// <summary>Null when the line leaves it to the definition.</summary>
    private bool? ReadReversal(StatementSyntax line, string list)
    {
        if (line.Words.Length < 4) return null;
        Token word = line.Words[3];
        if (word.Text is ReverseWord or NoReverseWord) return word.Text == ReverseWord;
        string meant = NearestKeyword.Find(word.Text, [ReverseWord, NoReverseWord]) is { } nearest ? $"did you mean '{nearest}'? " : string.Empty;
        diagnostics.Add(DiagnosticCatalog.UnknownLineOption, word.Span, $"'{list}' knows no '{word.Text}' after a weight", $"{meant}expected 'reverse' or 'noreverse'; the word is ignored");
        return null;
    }

    private static string Definition(TrackedKind kind) => kind switch
    {
        TrackedKind.Script => "vrrp_script",
        TrackedKind.File => "track_file",
        TrackedKind.Process => "vrrp_track_process",
        _ => "bfd_instance",
    };
}
