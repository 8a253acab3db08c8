using System.Reflection;
using System.Runtime.InteropServices;

namespace FastLb.Bench.Results;

/// <summary>Reads what figures depend on.</summary>
internal static class MachineDescription
{
    public static BenchMachine Read() => new(
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        ReadModel() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        typeof(MachineDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    // x86 has it; arm64 tells numbers alone.
    private static string? ReadModel() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
