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
        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, VrrpInstanceStatus instance)
    {
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{instance.Name}: {instance.State.ToString().ToUpperInvariant()} since {instance.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss}, because: {instance.Cause}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  {instance.Interface}, virtual router {instance.VirtualRouterId}, priority {PriorityOf(instance)}, advertisements every {instance.AdvertisementInterval:0.##} s");
        if (instance.Master is { } master)
            text.AppendLine(CultureInfo.InvariantCulture, $"  master is {master} with priority {instance.MasterPriority}");
        foreach (VrrpAddressStatus address in instance.Addresses)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {address.Address}/{address.PrefixLength} on {address.Interface}: {address.State}");
        VrrpCounters counters = instance.Counters;
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  sent {counters.Sent} (failed {counters.SendFailures}, latest {counters.LongestDelayMicroseconds} us after it was due), received {counters.Received}, became master {counters.BecameMaster} times");
        string discarded = string.Join(", ", counters.Discarded.Where(entry => entry.Value != 0).Select(entry => $"{entry.Key} {entry.Value}"));
        if (discarded.Length > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"  discarded: {discarded}");
    }

    private static string PriorityOf(VrrpInstanceStatus instance) => instance.Priority == instance.ConfiguredPriority
        ? $"{instance.Priority}"
        : $"{instance.Priority} (configured {instance.ConfiguredPriority})";
}
