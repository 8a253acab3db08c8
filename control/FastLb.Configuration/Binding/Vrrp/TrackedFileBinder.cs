using System.Globalization;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds <c>track_file</c> outside of instances.</summary>
internal sealed class TrackedFileBinder(DiagnosticBag diagnostics, StatementReader reader)
{
    private const string OverwriteWord = "overwrite";

    private readonly WeightReader _weights = new(diagnostics);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when it is left out; the reason has been reported.</returns>
    public TrackedFile? Bind(CheckedStatement block)
    {
        var file = new TrackedFile(block.Text(0), string.Empty) { Origin = new Origin(block.SpanOf(0)) };
        foreach (CheckedStatement statement in reader.ReadBlock(block))
        {
            file = statement.Name switch
            {
                "file" => ReadPath(file, statement),
                "weight" => file with { Weight = _weights.Read(file.Weight, statement) },
                "init_file" => ReadInitialValue(file, statement),
                _ => file,
            };
        }

        if (file.Path.Length > 0) return file;
        diagnostics.Add(DiagnosticCatalog.IncompleteDefinition, block.SpanOf(0), $"the tracked file '{file.Name}' has no path", "add 'file PATH'; it is left out, and whoever tracks it does not");
        return null;
    }

    private TrackedFile ReadPath(TrackedFile file, CheckedStatement statement)
    {
        if (file.Path.Length == 0) return file with { Path = statement.Text(0) };
        diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'{file.Name}' has a path before", "the second is ignored");
        return file;
    }

    /// <summary>Reads <c>init_file [VALUE] [overwrite]</c>; a word that is neither is left out, and a value that is none is 0.</summary>
    private TrackedFile ReadInitialValue(TrackedFile file, CheckedStatement statement)
    {
        int value = 0;
        bool overwrites = false;
        for (int word = 0; statement.Has(word); word++)
        {
            string text = statement.Text(word);
            if (text == OverwriteWord)
            {
                overwrites = true;
            }
            else if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            {
                string meant = NearestKeyword.Find(text, [OverwriteWord]) is { } nearest ? $"did you mean '{nearest}'? " : string.Empty;
                diagnostics.Add(
                    DiagnosticCatalog.InvalidValue, statement.SpanOf(word), $"'{text}' is no value for 'init_file'",
                    $"{meant}expected a whole number from {int.MinValue} to {int.MaxValue}, or 'overwrite'; the word is ignored");
            }
        }

        return file with { InitialValue = value, Overwrites = overwrites };
    }
}
