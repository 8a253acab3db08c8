using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using FastLb.DataplaneChannel.Framing;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.DataplaneChannel;

/// <summary>
/// Messages over a stream. Sends may come from any thread and go out whole, one after another; one reader at a time. Owns the stream.
/// </summary>
public sealed class MessageChannel : IAsyncDisposable
{
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <param name="stream">A connected Unix socket's stream, or any other duplex one.</param>
    public MessageChannel(Stream stream)
    {
        _reader = PipeReader.Create(stream);
        _writer = PipeWriter.Create(stream);
    }

    /// <summary>Sends one message; returns when the stream has taken it.</summary>
    public async ValueTask Send(ChannelMessage message, CancellationToken cancellation)
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(message, ChannelJson.Default.ChannelMessage);
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
    public async ValueTask<ChannelMessage?> Receive(CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync(cancellation);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (MessageFrame.TryRead(ref buffer, out ReadOnlySequence<byte> payload))
            {
                ChannelMessage message = Decode(payload);
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
        await _writer.CompleteAsync();
        _sending.Dispose();
    }

    private static ChannelMessage Decode(in ReadOnlySequence<byte> payload)
    {
        try
        {
            var json = new Utf8JsonReader(payload);
            return JsonSerializer.Deserialize(ref json, ChannelJson.Default.ChannelMessage) ?? throw new ChannelProtocolException("the peer sent null");
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new ChannelProtocolException($"the peer sent a message that can't be read: {fault.Message}", fault);
        }
    }
}
