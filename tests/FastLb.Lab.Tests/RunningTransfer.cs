using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Lab.Tests.Laboratory;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>
/// A connection through a virtual address over which one side sends random bytes at a steady pace, for as long as the test likes. What arrives is compared with what
/// was sent in the end.
/// </summary>
internal sealed class RunningTransfer : IAsyncDisposable
{
    /// <summary>Bytes that must arrive after a change for the connection to count as alive: more than a full receive window could hide.</summary>
    private const long ProofOfLife = 256 << 10;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly Socket _sender;
    private readonly Socket _receiver;
    private readonly CancellationTokenSource _enough = new();
    private readonly Task<byte[]> _sending;
    private readonly Task<byte[]> _receiving;
    private long _received;

    private RunningTransfer(Socket sender, Socket receiver)
    {
        _sender = sender;
        _receiver = receiver;
        _sending = Send();
        _receiving = Receive();
    }

    /// <summary>Connects the lab's client to the virtual address and has the server, which listens on its own address, send.</summary>
    public static async Task<RunningTransfer> Download(LabHost client, LabHost server, int port)
    {
        (Socket atClient, Socket atServer) = await client.ConnectThrough(server, server.Address, port);
        return await Begin(new RunningTransfer(atServer, atClient));
    }

    /// <summary>Connects the lab's client to the virtual address and has it send to the server.</summary>
    /// <param name="client">The lab's client.</param>
    /// <param name="server">The only server of the service.</param>
    /// <param name="serverAddress">Where the server listens.</param>
    /// <param name="port">Of the service and of the server.</param>
    public static async Task<RunningTransfer> Upload(LabHost client, LabHost server, IPAddress serverAddress, int port)
    {
        (Socket atClient, Socket atServer) = await client.ConnectThrough(server, serverAddress, port);
        return await Begin(new RunningTransfer(atClient, atServer));
    }

    /// <summary>Waits until data has arrived that can't have been on its way before the call.</summary>
    public async Task Progresses()
    {
        long before = Volatile.Read(ref _received);
        await Eventually.Happens(
            () => Volatile.Read(ref _received) - before > ProofOfLife || _receiving.IsCompleted || _sending.IsFaulted, $"the transfer to go on after {before} bytes");
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

    /// <summary>Breaks it off if it has not been finished. A fault from before goes into the test's output: thrown here it would hide why the test fails.</summary>
    public async ValueTask DisposeAsync()
    {
        Exception? fault = _sending.Exception ?? _receiving.Exception;
        await _enough.CancelAsync();
        _sender.Dispose();
        _receiver.Dispose();
        await ((Task)Task.WhenAll(_sending, _receiving)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // broken off by the line before
        _enough.Dispose();
        if (fault is not null)
            TestContext.Current.TestOutputHelper?.WriteLine($"the transfer had failed: {fault}");
    }

    private static async Task<RunningTransfer> Begin(RunningTransfer transfer)
    {
        try
        {
            await transfer.Progresses();
            return transfer;
        }
        catch
        {
            await transfer.DisposeAsync();
            throw;
        }
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
                sent += await _sender.SendAsync(block.AsMemory(sent));
            await pace.WaitForNextTickAsync();
        }

        _sender.Shutdown(SocketShutdown.Send);
        return digest.GetHashAndReset();
    }

    private async Task<byte[]> Receive()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 << 10];
        while (await _receiver.ReceiveAsync(buffer) is > 0 and int length)
        {
            digest.AppendData(buffer.AsSpan(0, length));
            Volatile.Write(ref _received, _received + length);
        }

        return digest.GetHashAndReset();
    }
}
