using System.Collections.Immutable;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Preprocessing;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration;

/// <summary>What reading a configuration gave. Immutable.</summary>
public sealed class ConfigurationResult
{
    internal ConfigurationResult(SourceFiles source, ReadingRecord reading, DirectorConfiguration? configuration, ImmutableArray<Diagnostic> diagnostics)
    {
        Source = source;
        Reading = reading;
        Configuration = configuration;
        Diagnostics = diagnostics;
    }

    /// <summary>The files that were read; the main one is empty when there was none.</summary>
    public SourceFiles Source { get; }

    /// <summary>All that was read, for reading the same again (<see cref="ConfigurationLoader.Load(ReadingRecord)"/>).</summary>
    public ReadingRecord Reading { get; }

    /// <summary>
    /// The model, without the items that are at fault. Null when the file could not be read, or not to its end. To be run on only if
    /// <see cref="CanRun"/>.
    /// </summary>
    public DirectorConfiguration? Configuration { get; }

    /// <summary>All faults, in the order of the files.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    /// <summary>How much was read, in characters: files, and what definitions and sequences made of them.</summary>
    public long Characters { get; internal init; }

    /// <summary>
    /// Whether a director may start on <see cref="Configuration"/>: no diagnostic has a consequence beyond
    /// <see cref="DiagnosticConsequence.ItemIgnored"/> (see <see cref="DiagnosticCatalog"/> for which have).
    /// </summary>
    public bool CanRun => Configuration is not null && Diagnostics.All(d => d.Consequence == DiagnosticConsequence.ItemIgnored);

    /// <summary>
    /// Whether a director that runs may go over to <see cref="Configuration"/>. Stricter than <see cref="CanRun"/>: it has something to go on with, which is better than a file with an item that
    /// must be left out.
    /// </summary>
    public bool CanReplace => CanRun && Diagnostics.All(d => d.Severity != DiagnosticSeverity.Error);

    /// <summary>The exit status of a check, as of <c>keepalived -t</c>: any complaint but a notice fails it.</summary>
    public int CheckExitStatus
    {
        get
        {
            if (Has(DiagnosticConsequence.NoConfiguration)) return ConfigurationExitStatus.NoConfiguration;
            if (Has(DiagnosticConsequence.MissingParameter)) return ConfigurationExitStatus.Fatal;
            return Diagnostics.Any(d => d.Severity != DiagnosticSeverity.Notice) ? ConfigurationExitStatus.Faults : ConfigurationExitStatus.Clean;
        }
    }

    /// <summary>The exit status of a director that was asked to run on this: 0 when it may start.</summary>
    public int RunExitStatus
    {
        get
        {
            if (CanRun) return ConfigurationExitStatus.Clean;
            return Has(DiagnosticConsequence.NoConfiguration) ? ConfigurationExitStatus.NoConfiguration : ConfigurationExitStatus.Fatal;
        }
    }

    private bool Has(DiagnosticConsequence consequence) => Diagnostics.Any(d => d.Consequence == consequence);
}
