using System.Collections.Immutable;
using System.Text;
using FastLb.Configuration.Binding;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration;

/// <summary>
/// Reads a keepalived.conf: characters to tokens, tokens to a tree, the tree to the typed model. Never throws for what a file contains, and
/// gives the same result for the same text. Thread-safe.
/// </summary>
public static class ConfigurationLoader
{
    /// <summary>A configuration is written by people; anything beyond this is another file by mistake.</summary>
    private const long MaximumFileSize = 64 * 1024 * 1024;

    /// <summary>Reads the file at <paramref name="path"/>; one that cannot be read gives a diagnostic, not an exception.</summary>
    public static ConfigurationResult Load(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (Directory.Exists(path)) return Unreadable(path, "it is a directory");
            if (!file.Exists) return Unreadable(path, "there is no such file");
            if (file.Length > MaximumFileSize) return Unreadable(path, $"it is larger than {MaximumFileSize / 1024 / 1024} MiB");

            // The decoder keeps a byte order mark as a character, so that the lexer can tell about it.
            return Parse(Encoding.UTF8.GetString(File.ReadAllBytes(path)), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Unreadable(path, e.Message);
        }
    }

    /// <summary>Reads <paramref name="text"/> as the content of <paramref name="fileName"/>, which diagnostics name.</summary>
    public static ConfigurationResult Parse(string text, string fileName)
    {
        var source = new SourceText(text, fileName);
        var diagnostics = new DiagnosticBag();
        (ImmutableArray<Token> tokens, bool usesPreprocessor) = Lexer.Tokenize(source, diagnostics);
        BlockSyntax root = SyntaxParser.Parse(tokens, source, diagnostics);

        // Text that the preprocessor would have changed has no meaning yet: judging it would report faults that are none.
        DirectorConfiguration? configuration = usesPreprocessor ? null : ConfigurationBinder.Bind(root, diagnostics);
        return new ConfigurationResult(source, configuration, diagnostics.InFileOrder());
    }

    private static ConfigurationResult Unreadable(string path, string reason)
    {
        var source = new SourceText(string.Empty, path);
        var diagnostic = new Diagnostic(DiagnosticCatalog.UnreadableFile, source.Span(1, 1, 0), $"the configuration cannot be read: {reason}");
        return new ConfigurationResult(source, null, [diagnostic]);
    }
}
