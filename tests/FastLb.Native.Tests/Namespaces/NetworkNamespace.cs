using System.Diagnostics;
using Kernel = FastLb.Native.Namespaces.NetworkNamespace;

namespace FastLb.Native.Tests.Namespaces;

/// <summary>A network namespace of its own in which commands can be run, and which is quiet: its loopback alone is up. It vanishes with the test process at the latest.</summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly Kernel _kernel = new("test");

    public NetworkNamespace()
    {
        // IPv6 would send router solicitations and multicast reports of its own into what the tests count.
        Invoke(() => File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1"));
        Run("ip", "link set lo up");
    }

    /// <summary>Names the namespace for <c>ip link set … netns</c>.</summary>
    public string Path => _kernel.Path;

    public T Invoke<T>(Func<T> function) => _kernel.Invoke(function);

    public void Invoke(Action action) => _kernel.Invoke(action);

    /// <summary>Runs a command in the namespace and gives what it printed; fails when the command does.</summary>
    public string Run(string command, string arguments) => Invoke(() =>
    {
        ProcessStartInfo start = new(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        // Whoever reads them has to close them: the process doesn't, and a thousand open pipes are more than select(2) in libraries takes.
        using StreamReader outputReader = process.StandardOutput, errorReader = process.StandardError;
        string output = outputReader.ReadToEnd();
        string errors = errorReader.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {arguments}: {errors}");
        return output;
    });

    public void Dispose() => _kernel.Dispose();
}
