using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Tests.Preprocessing;

/// <summary>What the preprocessor makes of texts: the lines that are left, and what it tells.</summary>
internal sealed class PreprocessedText
{
    /// <summary>Reads <c>main.conf</c> in the folder <c>/etc/k</c> as the director <c>main</c>.</summary>
    public PreprocessedText(string text, params (string Path, string? Text)[] files)
    {
        Sources = new SourceFiles(new SourceText(text, "main.conf"));
        var bag = new DiagnosticBag();
        var preprocessor = new Preprocessor(Sources, Director(files), bag);
        List<MappedText> lines = [];
        while (preprocessor.TryRead(out MappedText? line)) lines.Add(line);
        Mapped = lines;
        IsGivenUp = preprocessor.IsGivenUp;
        Diagnostics = bag.InFileOrder(Sources);
    }

    public SourceFiles Sources { get; }

    public IReadOnlyList<MappedText> Mapped { get; }

    public bool IsGivenUp { get; }

    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    public IEnumerable<string> Lines => Mapped.Select(line => line.Text);

    public IEnumerable<string> Codes => Diagnostics.Select(d => d.Code);

    public static Surroundings Director(params (string Path, string? Text)[] files) => new()
    {
        ConfigurationId = "main",
        WorkingDirectory = "/etc/k",
        RandomSeed = 7,
        Variable = name => name == "SITE" ? "north" : null,
        Files = new MemoryFiles(files),
    };
}
