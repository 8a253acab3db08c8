using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Binds what instances and sync groups track.</summary>
internal sealed class VrrpTrackersBinder(DiagnosticBag diagnostics, TrackedNames names)
{
    private readonly TrackerLinesReader _lines = new(diagnostics, names);

    /// <summary>Applies <paramref name="statement"/> to <paramref name="soFar"/> if it is a list of trackers.</summary>
    public VrrpTrackers Apply(VrrpTrackers soFar, CheckedStatement statement) => statement.Name switch
    {
        "track_interface" => soFar with { Interfaces = _lines.Read(soFar.Interfaces, statement, TrackedKind.Interface) },
        "track_script" => soFar with { Scripts = _lines.Read(soFar.Scripts, statement, TrackedKind.Script) },
        "track_file" => soFar with { Files = _lines.Read(soFar.Files, statement, TrackedKind.File) },
        "track_process" => soFar with { Processes = _lines.Read(soFar.Processes, statement, TrackedKind.Process) },
        "track_bfd" => soFar with { BfdSessions = _lines.Read(soFar.BfdSessions, statement, TrackedKind.Bfd) },
        _ => soFar,
    };

    /// <summary>Reports and leaves out the trackers that have a weight, for an owner whose priority never changes or a group whose members must keep step.</summary>
    /// <param name="trackers">What is tracked.</param>
    /// <param name="why">Why weights do not count; completes the sentence "its weight is ignored, because …".</param>
    public VrrpTrackers WithoutWeights(VrrpTrackers trackers, string why) => new()
    {
        Interfaces = Unweighted(trackers.Interfaces, TrackedKind.Interface, why),
        Scripts = Unweighted(trackers.Scripts, TrackedKind.Script, why),
        Files = Unweighted(trackers.Files, TrackedKind.File, why),
        Processes = Unweighted(trackers.Processes, TrackedKind.Process, why),
        BfdSessions = Unweighted(trackers.BfdSessions, TrackedKind.Bfd, why),
    };

    private ValueList<Tracker> Unweighted(ValueList<Tracker> trackers, TrackedKind kind, string why)
    {
        List<Tracker> kept = [];
        foreach (Tracker tracker in trackers)
        {
            TrackerWeight weight = names.WeightOf(kind, tracker);
            if (weight.Value == 0)
            {
                kept.Add(tracker);
                continue;
            }

            SourceSpan span = tracker.Origin.Span;
            diagnostics.Add(
                DiagnosticCatalog.WeightIgnored, span, $"'{tracker.Name}' is tracked with weight {weight.Value}, which does not count: {why}",
                kind == TrackedKind.File ? "write 'weight 0'; the file is tracked so" : "the line is ignored; write 'weight 0' if its failure is a fault");
            if (kind == TrackedKind.File) kept.Add(tracker with { Weight = weight with { Value = 0 } });
        }

        return [.. kept];
    }
}
