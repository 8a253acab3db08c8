using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using FastLb.Messaging;

namespace FastLb.Control.Tests;

/// <summary>A process at the other end of a Unix socket: keeps what it is told and answers as the test says.</summary>
internal sealed class FakePeer<TMessage> : IAsyncDisposable
    where TMessage : class
{
    private readonly Socket _listener;
    private readonly JsonTypeInfo<TMessage> _form;
    private readonly Func<TMessage, TMessage?> _answer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<TMessage> _told = new();
    private readonly Task _serving;
    private volatile MessageChannel<TMessage>? _channel;

    /// <param name="path">Where it listens.</param>
    /// <param name="form">How messages look.</param>
    /// <param name="answer">The answer to a message; null for none.</param>
    public FakePeer(string path, JsonTypeInfo<TMessage> form, Func<TMessage, TMessage?> answer)
    {
        _form = form;
        _answer = answer;
        _listener = LocalSocket.Listen(path, 4);
        _serving = Serve();
    }

    /// <summary>All that it was told.</summary>
    public IReadOnlyList<TMessage> Told => [.. _told];

    /// <summary>Says something, once somebody has connected.</summary>
    public async Task Say(TMessage message)
    {
        await Eventually.Reached(() => _channel is not null);
        await _channel!.Send(message, TestContext.Current.CancellationToken);
    }

    /// <summary>It ends, as a process does that is killed: the connection is closed, the socket's file is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stopping.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stopping.Token);
                await using var channel = new MessageChannel<TMessage>(new NetworkStream(socket, ownsSocket: true), _form);
                _channel = channel;
                while (await channel.Receive(_stopping.Token) is { } message)
                {
                    _told.Enqueue(message);
                    if (_answer(message) is { } answer)
                        await channel.Send(answer, _stopping.Token);
                }

                _channel = null;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            _channel = null; // this process or the other one has ended
        }
    }
}
