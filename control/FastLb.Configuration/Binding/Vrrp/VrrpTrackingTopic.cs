using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>What an instance tracks. It comes after <see cref="VrrpElectionTopic"/>, because the priority of an owner never changes.</summary>
internal sealed class VrrpTrackingTopic(DiagnosticBag diagnostics, VrrpTrackersBinder binder) : IVrrpInstanceTopic
{
    private VrrpTrackers _trackers = VrrpTrackers.None;
    private bool _tracksInterface = true, _pollsLink;

    /// <inheritdoc/>
    public bool Apply(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "dont_track_primary":
                _tracksInterface = false;
                return true;
            case "linkbeat_use_polling":
                _pollsLink = true;
                return true;
            case "track_interface" or "track_script" or "track_file" or "track_process" or "track_bfd":
                _trackers = binder.Apply(_trackers, statement);
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public VrrpInstance Resolve(VrrpInstance instance)
    {
        VrrpTrackers trackers = _trackers with { Interfaces = [.. _trackers.Interfaces.Where(tracker => !IsOwn(tracker, instance))] };
        if (instance.Priority == VrrpInstance.OwnerPriority) trackers = binder.WithoutWeights(trackers, "the priority 255 of an owner never changes");
        return instance with { Trackers = trackers, TracksInterface = _tracksInterface, PollsLink = _pollsLink };
    }

    private bool IsOwn(Tracker tracker, VrrpInstance instance)
    {
        if (tracker.Name != instance.Interface) return false;
        diagnostics.Add(
            DiagnosticCatalog.DuplicateLine, tracker.Origin.Span, $"'{tracker.Name}' is the instance's own interface, which is tracked anyway", "the line is ignored; 'dont_track_primary' changes that", instance.InterfaceOrigin.Span);
        return true;
    }
}
