using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>
/// A network namespace of the test's own, deleted with all its interfaces when disposed. The name holds the process id, so that a later run can tell and
/// remove what a killed one left.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const string Prefix = "flbpio-";

    private static int _count;

    static NetworkNamespace() => RemoveLeftovers();

    public NetworkNamespace(string role)
    {
        Name = $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}{role}";
        Run("ip", "netns", "add", Name);
        Ip("link", "set", "lo", "up");

        // Neighbour discovery would put frames of its own among those that the tests count.
        Run("ip", "netns", "exec", Name, "sysctl", "-qew", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
    }

    public string Name { get; }

    /// <summary>Joins two namespaces by a veth pair whose ends are up.</summary>
    public static void Join(NetworkNamespace left, string leftEnd, NetworkNamespace right, string rightEnd, int queues = 1, int mtu = 1500)
    {
        string count = queues.ToString(CultureInfo.InvariantCulture);
        Run(
            "ip", "link", "add", leftEnd, "netns", left.Name, "numtxqueues", count, "numrxqueues", count, "type", "veth",
            "peer", "name", rightEnd, "netns", right.Name, "numtxqueues", count, "numrxqueues", count);
        string size = mtu.ToString(CultureInfo.InvariantCulture);
        left.Ip("link", "set", leftEnd, "mtu", size, "up");
        right.Ip("link", "set", rightEnd, "mtu", size, "up");
    }

    /// <summary>Runs <c>ip</c> in the namespace.</summary>
    public string Ip(params string[] arguments) => Run("ip", ["-n", Name, .. arguments]);

    /// <summary>Runs code on a thread of its own that is in the namespace; sockets that it opens stay in it.</summary>
    public T Invoke<T>(Func<T> function)
    {
        T result = default!;
        Start(() => result = function()).Join();
        return result;
    }

    /// <summary>Starts code on a thread of its own that is in the namespace.</summary>
    public RunningCode Start(Action action)
    {
        RunningCode running = new(Name, action);
        running.Begin();
        return running;
    }

    public int InterfaceIndex(string name)
    {
        using JsonDocument links = JsonDocument.Parse(Ip("-j", "link", "show", "dev", name));
        return links.RootElement[0].GetProperty("ifindex").GetInt32();
    }

    /// <summary>Frames that an interface's driver has delivered.</summary>
    public long ReceivedFrames(string name)
    {
        using JsonDocument links = JsonDocument.Parse(Ip("-j", "-s", "link", "show", "dev", name));
        return links.RootElement[0].GetProperty("stats64").GetProperty("rx").GetProperty("packets").GetInt64();
    }

    public void Dispose() => Run("ip", "netns", "delete", Name);

    private static void RemoveLeftovers()
    {
        foreach (string name in Run("ip", "netns", "list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && !Directory.Exists($"/proc/{name.Split('-')[1]}"))
                Run("ip", "netns", "delete", name);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int type);

    /// <summary>A thread in a namespace; what it throws is thrown again where it's joined.</summary>
    internal sealed class RunningCode
    {
        private readonly Thread _thread;
        private ExceptionDispatchInfo? _fault;

        public RunningCode(string space, Action action)
        {
            _thread = new Thread(() => Guarded(space, action)) { IsBackground = true, Name = space };
        }

        public void Begin() => _thread.Start();

        public void Join()
        {
            if (!_thread.Join(TimeSpan.FromSeconds(60)))
                throw new TimeoutException($"code in {_thread.Name} did not end");
            _fault?.Throw();
        }

        private void Guarded(string space, Action action)
        {
            try
            {
                const int networkNamespace = 0x4000_0000; // CLONE_NEWNET
                using SafeFileHandle file = File.OpenHandle($"/run/netns/{space}");
                if (SetNamespace(file, networkNamespace) != 0)
                    throw new InvalidOperationException($"setns {space}: error {Marshal.GetLastPInvokeError()}");
                action();
            }
            catch (Exception fault)
            {
                _fault = ExceptionDispatchInfo.Capture(fault);
            }
        }
    }
}
