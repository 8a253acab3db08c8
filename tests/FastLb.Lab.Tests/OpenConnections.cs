using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Lab.Tests.Laboratory;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>Connections from the client to a port of the virtual address whose real servers are told apart by who accepts them.</summary>
internal sealed class OpenConnections(ReferenceLab lab, int port) : IDisposable
{
    private readonly (LabHost Server, Socket Listener)[] _servers =
        [(lab.Web01, lab.Web01.Listen(lab.Web01.Address, port)), (lab.Web02, lab.Web02.Listen(lab.Web02.Address, port))];

    private readonly List<(LabHost Server, Socket AtClient, Socket AtServer)> _open = [];

    /// <summary>Opens so many, one after another, and has each carry a message both ways.</summary>
    /// <returns>Who accepted them.</returns>
    public async Task<List<LabHost>> Open(int count)
    {
        List<LabHost> accepted = [];
        for (int i = 0; i < count; i++)
        {
            Socket atClient = await lab.Client.Connect(ReferenceLab.VirtualAddress, port);
            await Eventually.Happens(() => _servers.Any(HasArrival), "a server to accept the connection");
            (LabHost server, Socket listener) = _servers.Single(HasArrival);
            Socket atServer = await listener.AcceptAsync();
            _open.Add((server, atClient, atServer));
            accepted.Add(server);
            await AssertCarries(atClient, atServer);
            await AssertCarries(atServer, atClient);
        }

        return accepted;
    }

    /// <summary>Closes those that a server has, from the client's end first.</summary>
    public void Close(LabHost server)
    {
        foreach ((LabHost _, Socket atClient, Socket atServer) in _open.Where(connection => connection.Server == server))
        {
            atClient.Dispose();
            atServer.Dispose();
        }

        _open.RemoveAll(connection => connection.Server == server);
    }

    public void Dispose()
    {
        foreach ((LabHost server, Socket listener) in _servers)
        {
            Close(server);
            listener.Dispose();
        }
    }

    private static bool HasArrival((LabHost Server, Socket Listener) server) => server.Listener.Poll(0, SelectMode.SelectRead);

    private static async Task AssertCarries(Socket from, Socket to)
    {
        using CancellationTokenSource deadline = new(Eventually.Patience);
        byte[] sent = RandomNumberGenerator.GetBytes(16);
        byte[] received = new byte[sent.Length];
        await from.SendAsync(sent, deadline.Token);
        Assert.Equal(sent.Length, await to.ReceiveAsync(received, deadline.Token));
        Assert.Equal(sent, received);
    }
}
