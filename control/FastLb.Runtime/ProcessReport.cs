using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastLb.Runtime;

/// <summary>A process of the director, as the supervisor sees it.</summary>
/// <param name="Role">What it does.</param>
/// <param name="State">Whether it runs.</param>
/// <param name="Pid">Its process id; null while there is none.</param>
/// <param name="Restarts">How often it had to be started again.</param>
/// <param name="Since">When it got into this state.</param>
/// <param name="LastEnd">How it ended last, for people; null when it never did.</param>
public sealed record ProcessReport(ProcessRole Role, ProcessState State, int? Pid, int Restarts, DateTimeOffset Since, string? LastEnd)
{
    /// <summary>Writes down all processes for <see cref="ReadAll"/>.</summary>
    public static void WriteAll(RuntimeDirectory directory, IReadOnlyList<ProcessReport> reports) =>
        RuntimeDirectory.Replace(directory.ProcessesFile, JsonSerializer.SerializeToUtf8Bytes(reports, ProcessReportJson.Default.IReadOnlyListProcessReport));

    /// <summary>What the supervisor wrote last; empty when there is nothing to read.</summary>
    public static IReadOnlyList<ProcessReport> ReadAll(RuntimeDirectory directory)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(directory.ProcessesFile), ProcessReportJson.Default.IReadOnlyListProcessReport) ?? [];
        }
        catch (IOException)
        {
            return []; // no supervisor: the process was started by hand
        }
    }
}

/// <summary>Whether a process runs.</summary>
public enum ProcessState
{
    /// <summary>Started, and not heard from yet.</summary>
    Starting,

    /// <summary>It has said that it is ready.</summary>
    Running,

    /// <summary>Ended; it will be started again after a pause.</summary>
    Waiting,

    /// <summary>Ended for good, at the director's stop.</summary>
    Stopped,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<ProcessReport>))]
internal sealed partial class ProcessReportJson : JsonSerializerContext;
