using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// Follows includes. The pattern is the rest of the line, blanks and quotes in it included; relative to the folder of the file that includes; braces give
/// alternatives in their order, wildcards the files of each in the order of their names. keepalived says nothing about files that a plain <c>include</c> does not
/// find; they are told here, since a configuration that lacks a part serves less than was meant. Not thread-safe.
/// </summary>
internal sealed class IncludeReader(Surroundings surroundings, SourceFiles sources, PendingLines pending, ExpansionBudget budget, DiagnosticBag diagnostics)
{
    /// <summary>Has the files of the include on <paramref name="line"/> read next.</summary>
    /// <param name="line">The line.</param>
    /// <param name="start">Index of the keyword.</param>
    /// <param name="patternStart">Index of the pattern.</param>
    /// <param name="requirement">What the keyword demands.</param>
    public void Read(MappedText line, int start, int patternStart, IncludeRequirement requirement)
    {
        requirement |= pending.IncludeChecks;
        string pattern = line.Text[patternStart..];
        SourceSpan place = line.Span(patternStart, pattern.Length);
        if (pending.Files.Count >= ExpansionBudget.MaximumFileDepth)
        {
            diagnostics.Add(DiagnosticCatalog.TooManyIncludes, line.Span(start, line.Text.Length - start), $"files include each other more than {ExpansionBudget.MaximumFileDepth} deep", "the include is left out");
            return;
        }

        ImmutableArray<string> alternatives = BraceAlternatives.Of(pattern);
        if (alternatives.IsEmpty)
        {
            diagnostics.Add(DiagnosticCatalog.TooManyIncludes, place, $"the braces stand for more than {BraceAlternatives.Most} names", "the include is left out");
            return;
        }

        List<SourceText> files = [];
        foreach (string alternative in alternatives)
        {
            bool hasWildcards = FileNamePattern.HasWildcards(alternative);
            List<string>? names = hasWildcards
                ? FileSearch.Find(surroundings.Files, pending.Directory, alternative)
                : [Path.Combine(pending.Directory, FileNamePattern.Literal(alternative))];
            if (names is null)
            {
                diagnostics.Add(DiagnosticCatalog.TooManyIncludes, place, $"'{alternative}' matches more than {ExpansionBudget.MaximumIncludes} names", "the include is left out");
                return;
            }

            if (names.Count == 0) ReportNoMatch(alternative, place, requirement, alternatives.Length > 1);
            foreach (string name in names)
            {
                if (!TryOpen(name, place, requirement, alternatives.Length > 1, out SourceText? file)) continue;
                if (!budget.TakeInclude(file.Text.Length))
                {
                    diagnostics.Add(
                        DiagnosticCatalog.TooManyIncludes, place,
                        $"more than {ExpansionBudget.MaximumIncludes} files, or {ExpansionBudget.MaximumIncludedCharacters / 1024 / 1024} MiB, have been included",
                        "the configuration is not read on from here");
                    budget.GiveUp();
                    return;
                }

                files.Add(file);
            }
        }

        if (files.Count > 0) pending.PushFiles(files);
    }

    private bool TryOpen(string name, SourceSpan place, IncludeRequirement requirement, bool isAlternative, [NotNullWhen(true)] out SourceText? file)
    {
        file = null;
        if (IsOpen(name))
        {
            diagnostics.Add(DiagnosticCatalog.IncludeCycle, place, $"'{name}' is being read already: it includes itself, or is included by what it includes", "the include is left out");
            return false;
        }

        file = sources.Find(name);
        if (file is not null) return true;
        FileContent content = surroundings.Files.Read(name);
        if (content.Text is { } text)
        {
            file = new SourceText(text, name);
            sources.Add(file);
            return true;
        }

        switch (content.Fault)
        {
            case FileFault.Missing:
                bool isRequired = requirement.HasFlag(IncludeRequirement.Match) || (isAlternative && requirement.HasFlag(IncludeRequirement.BraceMatch));
                diagnostics.Add(
                    isRequired ? DiagnosticCatalog.RequiredFileMissing : DiagnosticCatalog.IncludeMissing, place, $"there is no file '{name}'",
                    name.Contains('"', StringComparison.Ordinal) ? "quotes are a part of the name here; write it without" : null);
                break;
            case FileFault.IsDirectory:
                diagnostics.Add(DiagnosticCatalog.IncludeUnreadable, place, $"'{name}' is a directory and is left out", $"to include its files write '{name.TrimEnd('/')}/*'");
                break;
            default:
                diagnostics.Add(
                    requirement.HasFlag(IncludeRequirement.Readable) ? DiagnosticCatalog.RequiredFileMissing : DiagnosticCatalog.IncludeUnreadable, place,
                    $"'{name}' cannot be read: {content.Reason}");
                break;
        }

        return false;
    }

    private void ReportNoMatch(string pattern, SourceSpan place, IncludeRequirement requirement, bool isAlternative)
    {
        bool isRequired = requirement.HasFlag(IncludeRequirement.WildcardMatch) || (isAlternative && requirement.HasFlag(IncludeRequirement.BraceMatch));
        int folderEnd = pattern.LastIndexOf('/');
        string folder = folderEnd < 0 ? string.Empty : pattern[..Math.Max(folderEnd, 1)];
        bool isFolderMissing = folder.Length > 0 && !FileNamePattern.HasWildcards(folder)
            && surroundings.Files.List(Path.Combine(pending.Directory, FileNamePattern.Literal(folder))) is null;
        DiagnosticDescriptor descriptor = isRequired ? DiagnosticCatalog.RequiredFileMissing
            : isFolderMissing ? DiagnosticCatalog.IncludeMissing
            : DiagnosticCatalog.IncludeMatchesNothing;
        diagnostics.Add(descriptor, place, isFolderMissing ? $"there is no directory '{Path.Combine(pending.Directory, folder)}'" : $"no file matches '{Path.Combine(pending.Directory, pattern)}'");
    }

    private bool IsOpen(string name)
    {
        string path = FullPath(name);
        return pending.Files.Any(file => string.Equals(FullPath(file.Source.FileName), path, StringComparison.Ordinal));
    }

    private string FullPath(string name) => Path.GetFullPath(name, surroundings.WorkingDirectory);
}
