using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Lab.Tests.Laboratory;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>
/// An established connection through a virtual address, over which the client sends a numbered message every few milliseconds and the server sends each back, for as long
/// as the test likes. Says for how long nothing came back when something was changed on the way.
/// </summary>
internal sealed class RunningConversation : IAsyncDisposable
{
    /// <summary>Messages that must come back after a change for the connection to count as alive.</summary>
    private const int ProofOfLife = 20;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly Socket _client;
    private readonly Socket _server;
    private readonly ManualResetEvent _enough = new(initialState: false);
    private readonly Silence _answers = new();
    private readonly Silence _questions = new();
    private readonly Task _sending;
    private readonly Task _echoing;
    private readonly Task _receiving;
    private long _sent;
    private long _returned;

    private RunningConversation(Socket client, Socket server)
    {
        _client = client;
        _server = server;
        _client.NoDelay = _server.NoDelay = true;
        _sending = Task.Factory.StartNew(Send, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _echoing = Echo();
        _receiving = Receive();
    }

    /// <summary>Connects the lab's client to the virtual address and has a server answer.</summary>
    /// <param name="client">The lab's client.</param>
    /// <param name="server">The only server of the service.</param>
    /// <param name="serverAddress">Where the server listens.</param>
    /// <param name="port">Of the service and of the server.</param>
    public static async Task<RunningConversation> Start(LabHost client, LabHost server, IPAddress serverAddress, int port)
    {
        (Socket atClient, Socket atServer) = await client.ConnectThrough(server, serverAddress, port);
        RunningConversation conversation = new(atClient, atServer);
        try
        {
            await conversation.GoesOn("its beginning");
            return conversation;
        }
        catch
        {
            await conversation.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Changes something, waits until messages have come back that were sent after it, and writes into the test's output how long that took. The figures are for people:
    /// how fast it goes on depends on the machine.
    /// </summary>
    /// <param name="change">What is changed, for people.</param>
    /// <param name="make">Changes it, and undoes it where it can't go on before.</param>
    /// <exception cref="TimeoutException">Nothing comes back any more.</exception>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public async Task Outlives(string change, Func<Task> make)
    {
        _answers.Begin();
        _questions.Begin();
        await make();
        _answers.Mark();
        await GoesOn(change);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{change}: no answer for {_answers.Longest.TotalMilliseconds:F0} ms, the next one {_answers.SinceMark?.TotalMilliseconds:F0} ms after the change was complete "
            + $"(at most {_questions.Longest.TotalMilliseconds:F0} ms between questions)"));
    }

    /// <summary>Ends it in order: every message has come back.</summary>
    public async Task Finish()
    {
        _enough.Set();
        await Task.WhenAll(_sending, _echoing, _receiving).WaitAsync(Eventually.Patience);
        Assert.Equal(_sent, _returned);
    }

    /// <summary>Breaks it off if it has not been finished. A fault from before goes into the test's output: thrown here it would hide why the test fails.</summary>
    public async ValueTask DisposeAsync()
    {
        Exception? fault = _sending.Exception ?? _echoing.Exception ?? _receiving.Exception;
        _enough.Set();
        _client.Dispose();
        _server.Dispose();
        await Task.WhenAll(_sending, _echoing, _receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // broken off by the lines before
        _enough.Dispose();
        if (fault is not null)
            TestContext.Current.TestOutputHelper?.WriteLine($"the conversation had failed: {fault}");
    }

    private async Task GoesOn(string change)
    {
        long goal = Volatile.Read(ref _sent) + ProofOfLife;
        await Eventually.Happens(() => Volatile.Read(ref _returned) >= goal || IsOver(), $"an answer after {change}");
        if (IsOver())
            await Task.WhenAll(_sending, _echoing, _receiving);

        bool IsOver() => _sending.IsFaulted || _echoing.IsCompleted || _receiving.IsCompleted;
    }

    // A thread of its own keeps the pace while the pool is busy.
    private void Send()
    {
        byte[] message = new byte[sizeof(long)];
        while (!_enough.WaitOne(Pace))
        {
            BinaryPrimitives.WriteInt64BigEndian(message, _sent);
            _client.Send(message);
            Volatile.Write(ref _sent, _sent + 1);
            _questions.Break();
        }

        _client.Shutdown(SocketShutdown.Send);
    }

    private async Task Echo()
    {
        byte[] buffer = new byte[4096];
        while (await _server.ReceiveAsync(buffer) is > 0 and int length)
            await _server.SendAsync(buffer.AsMemory(0, length));
        _server.Shutdown(SocketShutdown.Send);
    }

    private async Task Receive()
    {
        byte[] message = new byte[sizeof(long)];
        for (int length = 0; await _client.ReceiveAsync(message.AsMemory(length)) is > 0 and int count;)
        {
            length += count;
            if (length < message.Length)
                continue;
            length = 0;
            _answers.Break();
            Assert.Equal(_returned, BinaryPrimitives.ReadInt64BigEndian(message));
            Volatile.Write(ref _returned, _returned + 1);
        }
    }
}
