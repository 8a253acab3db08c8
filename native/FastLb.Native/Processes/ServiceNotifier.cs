using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FastLb.Native.Processes;

/// <summary>
/// Tells the service manager how the service is: the protocol of sd_notify(3), a datagram of <c>NAME=value</c> lines to the socket that NOTIFY_SOCKET names.
/// Without that variable nothing is sent and every call succeeds. Any thread may notify.
/// </summary>
/// <remarks>Each notification returns false when the manager did not take it within a second; later ones may still succeed.</remarks>
public sealed class ServiceNotifier : IDisposable
{
    /// <summary>What comes before the number in the message of <see cref="Works"/>. Managers leave fields that begin so alone (sd_notify(3)).</summary>
    public const string ConfigurationField = "X_FASTLB_CONFIGURATION=";

    private const string SocketVariable = "NOTIFY_SOCKET";
    private const string WatchdogIntervalVariable = "WATCHDOG_USEC";
    private const string WatchdogProcessVariable = "WATCHDOG_PID";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly UnixDomainSocketEndPoint? _manager;
    private readonly Socket? _socket;

    private ServiceNotifier(UnixDomainSocketEndPoint? manager, TimeSpan? watchdogInterval)
    {
        _manager = manager;
        WatchdogInterval = watchdogInterval;
        if (manager is not null)
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = (int)Patience.TotalMilliseconds };
    }

    /// <summary>True when a service manager listens.</summary>
    public bool IsEnabled => _socket is not null;

    /// <summary>
    /// The manager takes the service for hung when it hears no <see cref="Watchdog"/> for so long (WatchdogSec=); send it at half of that. Null: it doesn't
    /// watch, or another process.
    /// </summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>Reads the variables of this process's environment.</summary>
    /// <exception cref="SystemCallException">NOTIFY_SOCKET is of a kind that isn't supported.</exception>
    public static ServiceNotifier FromEnvironment() => From(Environment.GetEnvironmentVariable, Environment.ProcessId);

    /// <summary>
    /// Takes the variables out of a child's environment (<c>ProcessStartInfo.Environment</c>), so that the child doesn't speak for the service.
    /// </summary>
    public static void RemoveVariables(IDictionary<string, string?> environment)
    {
        environment.Remove(SocketVariable);
        environment.Remove(WatchdogIntervalVariable);
        environment.Remove(WatchdogProcessVariable);
    }

    /// <summary>The service serves; also the end of what <see cref="Reloading"/> began.</summary>
    /// <param name="status">One line for <c>systemctl status</c>.</param>
    public bool Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>What the service is about, one line for <c>systemctl status</c>.</summary>
    public bool Status(string text) => Send($"STATUS={OneLine(text)}");

    /// <summary>For the supervisor of a director alone: the process works by the configuration of this number from now on.</summary>
    public bool Works(long configuration) => Send(string.Create(CultureInfo.InvariantCulture, $"{ConfigurationField}{configuration}"));

    /// <summary>The service begins to shut down.</summary>
    public bool Stopping() => Send("STOPPING=1");

    /// <summary>The service begins to reload its configuration; <see cref="Ready"/> ends it.</summary>
    /// <param name="monotonicNow">The present time on CLOCK_MONOTONIC, which <c>Stopwatch.GetElapsedTime(0)</c> gives.</param>
    public bool Reloading(TimeSpan monotonicNow) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={monotonicNow.Ticks / TimeSpan.TicksPerMicrosecond}"));

    /// <summary>The service is alive.</summary>
    public bool Watchdog() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    /// <summary>Reads the variables of any environment.</summary>
    internal static ServiceNotifier From(Func<string, string?> variable, int processId)
    {
        string? name = variable(SocketVariable);
        if (string.IsNullOrEmpty(name))
            return new ServiceNotifier(manager: null, watchdogInterval: null);
        string path = name[0] switch
        {
            '/' => name,
            '@' => '\0' + name[1..], // the abstract namespace (unix(7))
            _ => throw new SystemCallException("notify", $"{SocketVariable}={name}", Errno.EAFNOSUPPORT, "only a path or an abstract socket ('@name') is supported"),
        };
        return new ServiceNotifier(new UnixDomainSocketEndPoint(path), ReadWatchdog(variable, processId));
    }

    private static TimeSpan? ReadWatchdog(Func<string, string?> variable, int processId)
    {
        if (variable(WatchdogProcessVariable) is { Length: > 0 } watched && watched != processId.ToString(CultureInfo.InvariantCulture))
            return null;
        return long.TryParse(variable(WatchdogIntervalVariable), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
            && microseconds is > 0 and <= long.MaxValue / TimeSpan.TicksPerMicrosecond
            ? TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private bool Send(string state)
    {
        if (_socket is null || _manager is null)
            return true;
        try
        {
            byte[] datagram = Encoding.UTF8.GetBytes(state);
            return _socket.SendTo(datagram, _manager) == datagram.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
