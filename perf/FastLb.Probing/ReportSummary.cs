using System.Text.Json;

namespace FastLb.Probing;

/// <summary>A report without its attempts, as the command prints it in JSON. Times are milliseconds since the probe's start.</summary>
internal sealed record ReportSummary(
    long StartedAtUnixMilliseconds,
    int Total,
    int Answered,
    int Failed,
    int Disturbed,
    double LongestOutageMilliseconds,
    bool EndsInOutage,
    double? FirstFailureMilliseconds,
    double? LastFailureMilliseconds,
    double GreatestLatenessMilliseconds,
    IReadOnlyDictionary<string, ReportSummary.Share> Answers,
    IReadOnlyDictionary<string, int> Faults)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Json(ProbeReport report) => JsonSerializer.Serialize(
        new ReportSummary(
            report.StartedAt.ToUnixTimeMilliseconds(),
            report.Total,
            report.Answered,
            report.Failed,
            report.Disturbed,
            Milliseconds(report.LongestOutage.Duration),
            report.EndsInOutage,
            report.FirstFailure is { } first ? Milliseconds(first) : null,
            report.LastFailure is { } last ? Milliseconds(last) : null,
            Milliseconds(report.GreatestLateness),
            report.Answers.ToDictionary(
                answer => answer.Key,
                answer => new Share(answer.Value.Count, Milliseconds(answer.Value.First), Milliseconds(answer.Value.Last)),
                StringComparer.Ordinal),
            report.Faults),
        Options);

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    internal readonly record struct Share(int Count, double FirstMilliseconds, double LastMilliseconds);
}
