using System.Runtime.CompilerServices;
using FastLb.Control.Engines;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.Control.Connections;

/// <summary>Connections one after another, read from the engine page by page.</summary>
internal static class ConnectionPages
{
    /// <summary>Reads on from the first page until there are no more, or enough.</summary>
    public static async IAsyncEnumerable<ConnectionStatus> Read(
        IForwardingEngine? engine, ConnectionsAnswer first, ConnectionFilter filter, long most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ConnectionsAnswer page = first;
        while (true)
        {
            foreach (ConnectionStatus connection in page.Connections)
            {
                if (most-- == 0)
                    yield break;
                yield return connection;
            }

            if (page.Next == 0 || engine is null)
                yield break;
            page = await engine.ReadConnections(page.Next, filter, cancellation);
        }
    }
}
