using FastLb.Configuration;
using FastLb.Configuration.Changes;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Printing;

namespace FastLb.Fuzzing;

/// <summary>What the reading of one text must bear: no exception, no more than its time, diagnostics that can be shown, and a print that means the same.</summary>
internal sealed class ConfigurationTrial(Surroundings surroundings)
{
    /// <summary>What is more expensive than reading is tried of one text in so many.</summary>
    private const ulong RenderingEvery = 8, PrintingEvery = 32;

    private const int TimingAttempts = 5;

    /// <summary>Processor time for each megabyte, and for all that is shorter: what sequences make of a short text counts.</summary>
    private static readonly TimeSpan AllowedForEach = TimeSpan.FromSeconds(1);

    /// <summary>Tries a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="seed">What it was made of.</param>
    /// <param name="took">How long it took to be read.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    public string? Run(string text, ulong seed, out TimeSpan took)
    {
        took = TimeSpan.Zero;
        try
        {
            ConfigurationResult result = Read(text, out took);
            TimeSpan allowed = AllowedForEach * Math.Max(1, result.Characters / (double)(1 << 20));
            if (took > allowed && FastestOf(text) is var fastest && fastest > allowed) return $"reading {result.Characters} characters took {fastest.TotalSeconds:0.0} s";
            if (seed % RenderingEvery == 0) Render(result);
            return seed % PrintingEvery == 0 && result.Configuration is { } configuration ? Reprint(configuration) : null;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return $"{fault}";
        }
    }

    private ConfigurationResult Read(string text, out TimeSpan took)
    {
        TimeSpan began = ProcessorTime.Read();
        ConfigurationResult result = ConfigurationLoader.Parse(text, "main.conf", surroundings);
        took = ProcessorTime.Read() - began;
        return result;
    }

    // What the collector does for other texts is counted by whoever needs memory.
    private TimeSpan FastestOf(string text)
    {
        TimeSpan fastest = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < TimingAttempts; attempt++)
        {
            Read(text, out TimeSpan took);
            if (took < fastest) fastest = took;
        }

        return fastest;
    }

    private static void Render(ConfigurationResult result)
    {
        DiagnosticRenderer.Render(result.Diagnostics, result.Source);
        DiagnosticJson.Render(result.Diagnostics);
    }

    private static string? Reprint(DirectorConfiguration configuration)
    {
        string printed = ConfigurationPrinter.Print(configuration, SecretPrinting.Reveal);
        DirectorConfiguration? again = ConfigurationLoader.Parse(printed, "printed").Configuration;
        if (!configuration.Equals(again)) return $"the print parses to another model:\n{printed}";
        return ConfigurationComparer.Compare(configuration, again).IsEmpty ? null : "a configuration differs from itself";
    }
}
