using System.Globalization;
using System.Text;
using FastLb.Control.Api;
using FastLb.VrrpChannel;

namespace FastLb.Command.Reports;

/// <summary>Virtual routers as text.</summary>
internal static class VrrpReport
{
    public static string Render(VrrpStatus status)
    {
        var text = new StringBuilder();
        if (status.Fault is { } fault)
            text.AppendLine(CultureInfo.InvariantCulture, $"As reported last: {fault}");
        if (status.Instances.Count == 0)
            text.AppendLine("No VRRP instance.");
        foreach (VrrpInstanceStatus instance in status.Instances)
            Append(text, instance);
        Append(text, status.Static);
        foreach (VrrpBfdStatus session in status.BfdSessions)
            Append(text, session);
        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, VrrpInstanceStatus instance)
    {
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{instance.Name}: {instance.State.ToString().ToUpperInvariant()} since {instance.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss}, because: {instance.Cause}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  {PlaceOf(instance)}, virtual router {instance.VirtualRouterId}, version {instance.Version}, {instance.Advertises}, every {instance.AdvertisementInterval:0.##} s");
        text.AppendLine(CultureInfo.InvariantCulture, $"  priority {PriorityOf(instance)}");
        if (instance.SyncGroup is { } group)
            text.AppendLine(CultureInfo.InvariantCulture, $"  moves with sync group {group}");
        foreach (VrrpTrackerStatus tracker in instance.Trackers)
            text.AppendLine(CultureInfo.InvariantCulture, $"  tracks {tracker.Kind} {tracker.Name}{(tracker.IsOfGroup ? " for its sync group" : string.Empty)}: {tracker.State}, {EffectOf(tracker)}");
        if (instance.Master is { } master)
            text.AppendLine(CultureInfo.InvariantCulture, $"  master is {master} with priority {instance.MasterPriority}");
        Append(text, instance.Addresses, instance.Routing);
        VrrpCounters counters = instance.Counters;
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  sent {counters.Sent} (failed {counters.SendFailures}, latest {counters.LongestDelayMicroseconds} us after it was due), received {counters.Received}, became master {counters.BecameMaster} times");
        AppendDiscarded(text, counters.Discarded);
    }

    private static void Append(StringBuilder text, VrrpBfdStatus session)
    {
        text.AppendLine(CultureInfo.InvariantCulture,
            $"BFD session {session.Name}: {session.State.ToUpperInvariant()} since {session.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss}, because: {session.Cause}");
        string detection = session.DetectionTime > 0 ? string.Create(CultureInfo.InvariantCulture, $", which may be silent for {session.DetectionTime:0.######} s") : string.Empty;
        text.AppendLine(CultureInfo.InvariantCulture, $"  with {session.Neighbour}{detection}; sent {session.Sent}, received {session.Received}");
        AppendDiscarded(text, session.Discarded);
    }

    private static void AppendDiscarded(StringBuilder text, IReadOnlyDictionary<string, long> counts)
    {
        string discarded = string.Join(", ", counts.Where(entry => entry.Value != 0).Select(entry => $"{entry.Key} {entry.Value}"));
        if (discarded.Length > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"  discarded: {discarded}");
    }

    private static void Append(StringBuilder text, VrrpStaticStatus held)
    {
        if (held.Addresses.Count + held.Routing.Count == 0)
            return;
        text.AppendLine("In every state:");
        Append(text, held.Addresses, held.Routing);
    }

    private static void Append(StringBuilder text, IReadOnlyList<VrrpAddressStatus> addresses, IReadOnlyList<VrrpRoutingStatus> routing)
    {
        foreach (VrrpAddressStatus address in addresses)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {address.Address}/{address.PrefixLength} on {address.Interface}: {address.State}");
        foreach (VrrpRoutingStatus line in routing)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {line.Kind} {line.Line}: {line.State}");
    }

    private static string PlaceOf(VrrpInstanceStatus instance) => instance.Interface.Length == 0 ? "any interface" : instance.Interface;

    /// <summary>The priority, and the sum that it comes from when it isn't the configured one.</summary>
    private static string PriorityOf(VrrpInstanceStatus instance)
    {
        int tracked = instance.ConfiguredPriority + instance.Trackers.Sum(tracker => tracker.Contribution);
        if (instance.Priority == instance.ConfiguredPriority && tracked == instance.ConfiguredPriority)
            return $"{instance.Priority}";
        string sum = string.Concat(instance.Trackers.Where(tracker => tracker.Contribution != 0).Select(tracker => $" {tracker.Contribution:+0;-0} {tracker.Name}"));
        if (sum.Length == 0)
            return $"{instance.Priority} (configured {instance.ConfiguredPriority}; another owner of the addresses has been heard)";
        return tracked == instance.Priority ? $"{instance.Priority} = {instance.ConfiguredPriority}{sum}" : $"{instance.Priority}, within 1 to 254, of {instance.ConfiguredPriority}{sum}";
    }

    private static string EffectOf(VrrpTrackerStatus tracker)
    {
        if (tracker.IsFault)
            return "which is a fault";
        if (tracker.Contribution != 0)
            return string.Create(CultureInfo.InvariantCulture, $"adds {tracker.Contribution:+0;-0}");
        string reversed = tracker.IsReversed ? " reversed" : string.Empty;
        return tracker.Weight == 0 ? $"no fault{reversed}" : string.Create(CultureInfo.InvariantCulture, $"adds nothing of its weight {tracker.Weight}{reversed}");
    }
}
