using System.Globalization;

namespace FastLb.Supervisor;

/// <summary>How a process ended.</summary>
/// <param name="Status">Its exit status; 128 and more for a signal.</param>
/// <param name="At">When that was noticed, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> (CLOCK_MONOTONIC) has it, which all processes share.</param>
internal readonly record struct ChildEnd(int Status, long At)
{
    private const int SignalBase = 128;

    private static readonly Dictionary<int, string> SignalNames = new()
    {
        [1] = "SIGHUP",
        [2] = "SIGINT",
        [3] = "SIGQUIT",
        [4] = "SIGILL",
        [5] = "SIGTRAP",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE",
        [9] = "SIGKILL",
        [11] = "SIGSEGV",
        [13] = "SIGPIPE",
        [14] = "SIGALRM",
        [15] = "SIGTERM",
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        if (Status <= SignalBase)
            return $"ended with status {Status.ToString(CultureInfo.InvariantCulture)}";
        int signal = Status - SignalBase;
        return $"was ended by {(SignalNames.TryGetValue(signal, out string? name) ? name : $"signal {signal.ToString(CultureInfo.InvariantCulture)}")}";
    }
}
