using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace FastLb.Native.Processes;

/// <summary>
/// How long a process that another one started has to live: until SIGTERM, or until the one that started it ends, however that comes. SIGINT, which a terminal sends to the
/// whole group, is left to the parent to act on; SIGHUP asks to read the configuration again.
/// </summary>
public sealed class ChildLife : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _disposing = new();
    private readonly Channel<bool> _reloads = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly PosixSignalRegistration[] _signals;
    private readonly Task _parent;
    private volatile bool _parentEnded;

    private ChildLife(int parent)
    {
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopInstead),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Ignore),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reload),
        ];
        _parent = parent == 0 ? Task.CompletedTask : Watch(parent);
    }

    /// <summary>Cancelled when the process is to stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>
    /// Gives an element when SIGHUP has come since the last was taken, once for several. A terminal that hangs up sends it to the whole group, too, so that it may come
    /// though nothing has changed.
    /// </summary>
    public ChannelReader<bool> Reloads => _reloads.Reader;

    /// <summary>True when it is to stop because its parent has ended.</summary>
    public bool ParentEnded => _parentEnded;

    /// <summary>Begins to watch.</summary>
    /// <param name="parent">The process whose end ends this one; 0 for none.</param>
    public static ChildLife Begin(int parent) => new(parent);

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _parent;
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _stopping.Dispose();
        _disposing.Dispose();
    }

    private async Task Watch(int parent)
    {
        try
        {
            await ProcessWatch.WaitForExit(parent, _disposing.Token);
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            return; // this process ends first
        }

        _parentEnded = true;
        await _stopping.CancelAsync();
    }

    private void StopInstead(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stopping.Cancel();
    }

    private void Reload(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _reloads.Writer.TryWrite(true);
    }

    private static void Ignore(PosixSignalContext signal) => signal.Cancel = true;
}
