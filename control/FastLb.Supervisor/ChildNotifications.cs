using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FastLb.Native.Processes;

namespace FastLb.Supervisor;

/// <summary>
/// What a child tells by the protocol of sd_notify(3): that it is ready, and that it is alive. The socket stays the same for all processes of one role.
/// </summary>
internal sealed class ChildNotifications : IAsyncDisposable
{
    private const int LargestMessage = 4096;

    private readonly string _path;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _receiving;
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _configured = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _configuration;
    private long _lastHeard;

    private ChildNotifications(string path, Socket socket)
    {
        _path = path;
        _socket = socket;
        _lastHeard = Stopwatch.GetTimestamp();
        _receiving = Receive();
    }

    /// <summary>Completes when the present process has said that it is ready.</summary>
    public Task Ready => Volatile.Read(ref _ready).Task;

    /// <summary>How long the present process has said nothing.</summary>
    public TimeSpan Silence => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastHeard));

    /// <summary>Makes the socket; only its owner may write to it.</summary>
    public static ChildNotifications Open(string path)
    {
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return new ChildNotifications(path, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A new process is about to be started: what the one before said counts no more.</summary>
    public void Expect()
    {
        Volatile.Write(ref _ready, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Volatile.Write(ref _lastHeard, Stopwatch.GetTimestamp());
    }

    /// <summary>Waits until a process of the role works by the configuration of this number, or by a later one.</summary>
    public async Task Works(long configuration, CancellationToken cancellation)
    {
        while (true)
        {
            Task next = Volatile.Read(ref _configured).Task; // before looking: what comes after it is not missed
            if (Volatile.Read(ref _configuration) >= configuration)
                return;
            await next.WaitAsync(cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _receiving;
        _socket.Dispose();
        _stopping.Dispose();
        File.Delete(_path);
    }

    private async Task Receive()
    {
        byte[] message = new byte[LargestMessage];
        try
        {
            while (true)
            {
                int length = await _socket.ReceiveAsync(message, SocketFlags.None, _stopping.Token);
                Volatile.Write(ref _lastHeard, Stopwatch.GetTimestamp());
                foreach (string line in Encoding.UTF8.GetString(message, 0, length).Split('\n'))
                    Take(line);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return; // nothing more is expected
        }
    }

    private void Take(string line)
    {
        if (line == "READY=1")
        {
            Volatile.Read(ref _ready).TrySetResult();
        }
        else if (line.StartsWith(ServiceNotifier.ConfigurationField, StringComparison.Ordinal)
            && long.TryParse(line.AsSpan(ServiceNotifier.ConfigurationField.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long configuration))
        {
            Volatile.Write(ref _configuration, configuration);
            Interlocked.Exchange(ref _configured, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
