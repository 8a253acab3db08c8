using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Lab.Tests.Laboratory;

namespace FastLb.Lab.Tests;

/// <summary>
/// A connection through a virtual address over which the server sends random bytes at a steady pace, for as long as the test likes. What arrives is compared with what
/// was sent in the end.
/// </summary>
internal sealed class RunningDownload : IAsyncDisposable
{
    /// <summary>Bytes that must arrive after a change for the connection to count as alive: more than a full receive window could hide.</summary>
    private const long ProofOfLife = 256 << 10;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly Socket _client;
    private readonly Socket _server;
    private readonly CancellationTokenSource _enough = new();
    private readonly Task<byte[]> _sending;
    private readonly Task<byte[]> _receiving;
    private long _received;

    private RunningDownload(Socket client, Socket server)
    {
        _client = client;
        _server = server;
        _sending = Send();
        _receiving = Receive();
    }

    /// <summary>Connects the lab's client to the virtual address and has the server, which listens on its own address, send.</summary>
    public static async Task<RunningDownload> Start(LabHost client, LabHost server, int port)
    {
        using Socket listener = server.Listen(server.Address, port);
        Socket connection = await client.Connect(ReferenceLab.VirtualAddress, port);
        using CancellationTokenSource deadline = new(Eventually.Patience);
        var download = new RunningDownload(connection, await listener.AcceptAsync(deadline.Token));
        await download.Progresses();
        return download;
    }

    /// <summary>Waits until data has arrived that can't have been on its way before the call.</summary>
    public async Task Progresses()
    {
        long before = Volatile.Read(ref _received);
        await Eventually.Happens(
            () => Volatile.Read(ref _received) - before > ProofOfLife || _receiving.IsCompleted || _sending.IsFaulted, $"the download to go on after {before} bytes");
        if (_sending.IsFaulted)
            await _sending;
        if (_receiving.IsCompleted)
            await _receiving;
    }

    /// <summary>Ends it in order.</summary>
    /// <returns>The SHA-256 digests of what was sent and of what arrived.</returns>
    public async Task<(byte[] Sent, byte[] Received)> Finish()
    {
        await _enough.CancelAsync();
        byte[] sent = await _sending.WaitAsync(Eventually.Patience);
        return (sent, await _receiving.WaitAsync(Eventually.Patience));
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        _client.Dispose();
        _server.Dispose();
        await Task.WhenAll(_sending, _receiving).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _enough.Dispose();
    }

    private async Task<byte[]> Send()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using PeriodicTimer pace = new(Pace);
        byte[] block = new byte[32 << 10];
        while (!_enough.IsCancellationRequested)
        {
            RandomNumberGenerator.Fill(block);
            digest.AppendData(block);
            for (int sent = 0; sent < block.Length;)
                sent += await _server.SendAsync(block.AsMemory(sent));
            await pace.WaitForNextTickAsync();
        }

        _server.Shutdown(SocketShutdown.Send);
        return digest.GetHashAndReset();
    }

    private async Task<byte[]> Receive()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 << 10];
        while (await _client.ReceiveAsync(buffer) is > 0 and int length)
        {
            digest.AppendData(buffer.AsSpan(0, length));
            Volatile.Write(ref _received, _received + length);
        }

        return digest.GetHashAndReset();
    }
}
