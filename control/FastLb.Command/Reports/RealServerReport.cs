using System.Text;
using FastLb.RealServer;

namespace FastLb.Command.Reports;

/// <summary>What a real server needs, for people.</summary>
internal static class RealServerReport
{
    /// <summary>A line for each need and how it stands with it; below one that isn't met, what is seen of that.</summary>
    public static string Render(IEnumerable<Finding> findings)
    {
        StringBuilder text = new();
        foreach (Finding finding in findings)
        {
            text.AppendLine($"{(finding.IsMet ? "ok     " : "MISSING")}  {finding.Need} (now: {finding.Present})");
            if (finding.IsMet)
                continue;
            text.AppendLine($"         {finding.Symptom}");
            if (finding.ByHand is not null)
                text.AppendLine($"         to be done by hand: {finding.ByHand}");
        }

        return text.ToString();
    }

    /// <summary>A line for each change that was to be taken back.</summary>
    public static string Render(IEnumerable<UndoneChange> changes)
    {
        StringBuilder text = new();
        foreach (UndoneChange change in changes)
            text.AppendLine(change.Failed ? $"FAILED   {change.Text}" : change.Text);
        return text.ToString();
    }
}
