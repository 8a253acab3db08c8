using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FastLb.Messaging;

/// <summary>
/// Messages over a stream. Sends may come from any thread and go out whole, one after another; one reader at a time. Owns the stream.
/// </summary>
/// <typeparam name="TMessage">The base of all messages that either side sends.</typeparam>
public sealed class MessageChannel<TMessage> : IAsyncDisposable
    where TMessage : class
{
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly JsonTypeInfo<TMessage> _form;

    // Never disposed of, and it holds nothing that would need it: whoever waits for it would wait for ever. Who gets it after the end finds the writer closed.
    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <param name="stream">A connected Unix socket's stream, or any other duplex one.</param>
    /// <param name="form">How messages look as JSON.</param>
    public MessageChannel(Stream stream, JsonTypeInfo<TMessage> form)
    {
        _reader = PipeReader.Create(stream);
        _writer = PipeWriter.Create(stream);
        _form = form;
    }

    /// <summary>Sends one message; returns when the stream has taken it.</summary>
    public async ValueTask Send(TMessage message, CancellationToken cancellation)
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(message, _form);
        await _sending.WaitAsync(cancellation);
        try
        {
            MessageFrame.WriteHeader(_writer.GetSpan(MessageFrame.HeaderLength), payload.Length);
            _writer.Advance(MessageFrame.HeaderLength);
            await _writer.WriteAsync(payload, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next message, or null at the end of the stream.</summary>
    /// <exception cref="ChannelProtocolException">The peer sent something else.</exception>
    public async ValueTask<TMessage?> Receive(CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync(cancellation);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (MessageFrame.TryRead(ref buffer, out ReadOnlySequence<byte> payload))
            {
                TMessage message = Decode(payload);
                _reader.AdvanceTo(buffer.Start);
                return message;
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted)
                continue;
            return buffer.IsEmpty ? null : throw new ChannelProtocolException("the peer closed the connection in the middle of a message");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await _writer.CompleteAsync(new IOException("the connection has been closed")); // of a message that could not be sent, nothing is sent now
    }

    private TMessage Decode(in ReadOnlySequence<byte> payload)
    {
        try
        {
            var json = new Utf8JsonReader(payload);
            return JsonSerializer.Deserialize(ref json, _form) ?? throw new ChannelProtocolException("the peer sent null");
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new ChannelProtocolException($"the peer sent a message that can't be read: {fault.Message}", fault);
        }
    }
}
