using System.Collections.Immutable;
using FastLb.Configuration.Binding;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration;

/// <summary>
/// Reads a keepalived.conf: files to lines by the preprocessor, lines to tokens, tokens to a tree, the tree to the typed model. Never throws for what a file
/// contains, and gives the same result for the same text in the same surroundings. Thread-safe.
/// </summary>
public static class ConfigurationLoader
{
    /// <summary>Reads the file at <paramref name="path"/> and those it includes; what cannot be read gives a diagnostic, not an exception.</summary>
    public static ConfigurationResult Load(string path, Surroundings surroundings)
    {
        var recorder = new SurroundingsRecorder(surroundings);
        FileContent content = recorder.Read(path);
        var sources = new SourceFiles(new SourceText(content.Text ?? string.Empty, path));
        if (content.Text is null)
        {
            var diagnostic = new Diagnostic(DiagnosticCatalog.UnreadableFile, sources.Main.Span(1, 1, 0), $"the configuration cannot be read: {content.Reason}");
            return new ConfigurationResult(sources, recorder.Record(path), null, [diagnostic]);
        }

        var diagnostics = new DiagnosticBag();
        var preprocessor = new Preprocessor(sources, recorder.Surroundings, diagnostics);
        ImmutableArray<Token> tokens = Lexer.Tokenize(preprocessor, sources.Main.End, diagnostics);

        // What was read in part has no meaning: judging it would report faults that are none.
        DirectorConfiguration? configuration = null;
        if (!preprocessor.IsGivenUp)
        {
            BlockSyntax root = SyntaxParser.Parse(tokens, sources, diagnostics);
            configuration = ConfigurationBinder.Bind(root, diagnostics);
        }

        return new ConfigurationResult(sources, recorder.Record(path), configuration, diagnostics.InFileOrder(sources)) { Characters = preprocessor.Characters };
    }

    /// <summary>Reads once more what was read before, with the same result.</summary>
    public static ConfigurationResult Load(ReadingRecord record) => Load(record.File, record.ToSurroundings());

    /// <summary>Reads <paramref name="text"/> as the content of <paramref name="fileName"/>, which diagnostics name; without surroundings there are no other files.</summary>
    public static ConfigurationResult Parse(string text, string fileName, Surroundings? surroundings = null)
    {
        surroundings ??= new Surroundings();
        return Load(fileName, surroundings with { Files = new SingleFile(fileName, text, surroundings.Files) });
    }
}
