using System.ComponentModel;
using System.Diagnostics;
using FastLb.Native.Namespaces;

namespace FastLb.Bench.Laboratory;

/// <summary>Programs of the system that set up a lab.</summary>
internal static class Tool
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["ip"] = "iproute2",
        ["nft"] = "nftables",
        ["ipvsadm"] = "ipvsadm",
        ["setpriv"] = "util-linux",
    };

    /// <summary>True when the program is there.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Concat(["/usr/sbin", "/sbin"]).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs a program in a namespace until it ends, and gives what it printed.</summary>
    /// <param name="where">The namespace.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="BenchException">It is not there, or failed.</exception>
    public static string Run(NetworkNamespace where, string input, string program, params string[] arguments)
    {
        using Process process = Start(where, new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        using StreamReader outputReader = process.StandardOutput, errorReader = process.StandardError;
        using (StreamWriter writer = process.StandardInput)
            writer.Write(input);
        string output = outputReader.ReadToEnd(), errors = errorReader.ReadToEnd(); // what these programs print fits into a pipe
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new BenchException($"{program} {string.Join(' ', arguments)}: {errors.Trim()}");
    }

    /// <summary>Starts a program in a namespace. It gets SIGTERM when the namespace's thread ends, if it was started with <c>setpriv --pdeathsig</c>.</summary>
    /// <exception cref="BenchException">It is not there.</exception>
    public static Process Start(NetworkNamespace where, ProcessStartInfo start)
    {
        try
        {
            return where.Invoke(() => Process.Start(start)) ?? throw new BenchException($"can't start {start.FileName}");
        }
        catch (Win32Exception fault)
        {
            string remedy = Packages.TryGetValue(start.FileName, out string? package) ? $"; the package {package} has it" : string.Empty;
            throw new BenchException($"can't start {start.FileName}: {fault.Message}{remedy}");
        }
    }
}
