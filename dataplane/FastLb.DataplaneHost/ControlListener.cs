using System.Net.Sockets;
using FastLb.DataplaneChannel.Messages;
using FastLb.Messaging;
using FastLb.Native;
using Microsoft.Extensions.Logging;

namespace FastLb.DataplaneHost;

/// <summary>
/// The dataplane's end of the socket that control connects to. One control at a time: a new connection takes the place of one whose other end has
/// gone. Forwarding goes on whether anyone is connected or not.
/// </summary>
internal sealed class ControlListener(string socketPath, ForwardingPlane plane, ILogger log)
{
    /// <summary>Serves until cancelled; the socket is then gone.</summary>
    /// <param name="listening">Called when control may connect.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Serve(Action listening, CancellationToken cancellation)
    {
        using Socket listener = LocalSocket.Listen(socketPath, backlog: 1);
        listening();
        try
        {
            while (true)
            {
                Socket connection = await listener.AcceptAsync(cancellation);
                await ServeConnection(connection, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            log.LogDebug("closing {Socket}", socketPath);
        }
        finally
        {
            File.Delete(socketPath);
        }
    }

    private async Task ServeConnection(Socket connection, CancellationToken cancellation)
    {
        await using var channel = new MessageChannel<ChannelMessage>(new NetworkStream(connection, ownsSocket: true), ChannelJson.Default.ChannelMessage);
        try
        {
            while (await channel.Receive(cancellation) is { } request)
                await channel.Send(await Answer(request), cancellation);
            log.LogInformation("control has closed its connection; forwarding goes on as it is");
        }
        catch (Exception fault) when (fault is IOException or ChannelProtocolException)
        {
            log.LogError("the connection to control is closed: {Fault}", fault.Message);
        }
    }

    private async Task<ChannelMessage> Answer(ChannelMessage request)
    {
        try
        {
            switch (request)
            {
                case ApplyDesiredState apply:
                    plane.Apply(apply.State);
                    return new Applied(request.Request);
                case ApplyAdjacencies apply:
                    plane.Apply(apply.Adjacencies);
                    return new Applied(request.Request);
                case ApplyNeighbourMove apply:
                    await plane.Apply(apply.Move);
                    return new Applied(request.Request);
                case StatusRequest:
                    return new StatusAnswer(request.Request, await plane.ReadStatus());
                case ConnectionsRequest asked:
                    return await plane.ReadConnections(asked);
                case ExplainRequest asked:
                    return await plane.Explain(asked);
                default:
                    return new Refused(request.Request, $"the dataplane takes no message of kind {request.GetType().Name}");
            }
        }
        catch (Exception fault) when (fault is SystemCallException or KernelFeatureException or InvalidOperationException or ArgumentException)
        {
            log.LogError("refused: {Fault}", fault.Message);
            return new Refused(request.Request, fault.Message);
        }
    }
}
