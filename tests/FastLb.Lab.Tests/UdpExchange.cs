using System.Net;
using System.Net.Sockets;
using FastLb.Lab.Tests.Laboratory;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>A UDP client of the virtual address and the server behind it, which sends back what it gets.</summary>
internal sealed class UdpExchange : IDisposable
{
    private readonly Socket _server;
    private readonly byte[] _buffer = new byte[2048];

    private UdpExchange(Socket client, Socket server)
    {
        Client = client;
        _server = server;
    }

    /// <summary>Connected to the virtual address: it takes answers from there alone.</summary>
    public Socket Client { get; }

    /// <param name="client">The lab's client.</param>
    /// <param name="server">The only server of the service.</param>
    /// <param name="serverAddress">Where packets for the service reach it.</param>
    /// <param name="port">Of the service and of the server.</param>
    public static async Task<UdpExchange> Open(LabHost client, LabHost server, IPAddress serverAddress, int port)
    {
        UdpExchange exchange = new(client.OpenUdp(client.Address, 0), server.OpenUdp(serverAddress, port));
        await exchange.Client.ConnectAsync(ReferenceLab.VirtualAddress, port);
        return exchange;
    }

    /// <summary>Asks once: the server sees the client, and the client gets back what it sent, from the virtual address.</summary>
    public async Task Ask(byte[] question)
    {
        using CancellationTokenSource deadline = new(Eventually.Patience);
        await Client.SendAsync(question, deadline.Token);
        SocketReceiveFromResult asked = await _server.ReceiveFromAsync(_buffer, Client.LocalEndPoint!, deadline.Token);
        Assert.Equal(question, _buffer[..asked.ReceivedBytes]);
        Assert.Equal(Client.LocalEndPoint, asked.RemoteEndPoint);

        await _server.SendToAsync(question, asked.RemoteEndPoint, deadline.Token);
        int length = await Client.ReceiveAsync(_buffer, deadline.Token);
        Assert.Equal(question, _buffer[..length]);
    }

    public void Dispose()
    {
        Client.Dispose();
        _server.Dispose();
    }
}
