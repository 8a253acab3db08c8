using FastLb.Dataplane;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Persistence;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Wire;

namespace FastLb.DataplaneHost;

/// <summary>
/// A listing of connections, made in pages: the worker's thread only copies a page's entries, so that packets wait no longer than for a batch; they are looked
/// at and filtered afterwards, on the thread that was asked.
/// </summary>
/// <param name="copyPage">Copies the entries of a page: those of a worker's flow table, or persistence templates.</param>
/// <param name="servers">Who their servers are.</param>
/// <param name="position">Where the page begins.</param>
/// <param name="filter">Which are asked for.</param>
/// <param name="listsTemplates">Whether they are persistence templates.</param>
internal sealed class ConnectionListing(
    ConnectionListing.PageCopy copyPage, ServerDirectory servers, long position, ConnectionFilter filter, bool listsTemplates = false)
{
    /// <summary>Entries that the worker copies at once, 32 bytes each.</summary>
    private const int PageSize = 2048;

    /// <summary>Persistence templates copied at once, while workers with new flows wait.</summary>
    private const int TemplatesPerPage = 128;

    /// <summary>Connections after which an answer is sent.</summary>
    private const int Enough = 1000;

    /// <summary>Pages after which an answer is sent, even an empty one: a million entries keep nobody else waiting.</summary>
    private const int MostPages = 128;

    private readonly FlowEntry[] _page = new FlowEntry[listsTemplates ? TemplatesPerPage : PageSize];
    private readonly List<ConnectionStatus> _connections = [];
    private readonly uint _clientMask = filter.ClientPrefixLength is { } bits ? MaskOf(bits) : uint.MaxValue;
    private readonly IpAddress? _virtual = filter.VirtualAddress is { } address ? IpAddress.From(address) : null;
    private readonly IpAddress? _server = filter.Server is { } server ? IpAddress.From(server) : null;
    private readonly IpAddress? _client = filter.Client is { } client ? IpAddress.From(client) : null;
    private int _count;
    private int _pages;

    /// <summary>As <see cref="FlowTable.CopyPage"/>.</summary>
    public delegate uint PageCopy(uint position, Span<FlowEntry> flows, out int count);

    /// <summary>Where the next page begins; 0 when the last has been read.</summary>
    public long Position { get; private set; } = position;

    /// <summary>What has been found.</summary>
    public IReadOnlyList<ConnectionStatus> Connections => _connections;

    /// <summary>Copies the next page. On the thread that owns the flows.</summary>
    public int ReadPage()
    {
        Position = copyPage((uint)Position, _page, out _count);
        return _count;
    }

    /// <summary>Takes the page's connections that are asked for. False when the answer is to be sent.</summary>
    public bool Take(MonotonicTime now)
    {
        foreach (ref readonly FlowEntry flow in _page.AsSpan(0, _count))
        {
            if (Matches(flow) && servers.Find(flow.Server) is { } server && Matches(server))
                _connections.Add(ToStatus(flow, server, now));
        }

        return Position != 0 && _connections.Count < Enough && ++_pages < MostPages;
    }

    private static uint MaskOf(int bits) => bits == 0 ? 0 : uint.MaxValue << (32 - bits);

    private bool Matches(in FlowEntry flow) =>
        (filter.Protocol is not { } protocol || protocol == ProtocolOf(flow))
        && (_virtual is not { } address || address == IpAddress.FromV4(flow.PeerAddress))
        && (filter.VirtualPort is not { } port || port == flow.PeerPort)
        && (_client is not { } client || (client.IsIPv4 && ((client.V4 ^ flow.ClientAddress) & _clientMask) == 0));

    private bool Matches(in ServerIdentity server) =>
        (_server is not { } address || address == server.Address) && (filter.ServerPort is not { } port || port == server.Port);

    private static TransportProtocol ProtocolOf(in FlowEntry flow) => flow.Protocol == TemplateKeys.Mark ? TransportProtocol.Any : (TransportProtocol)flow.Protocol;

    private ConnectionStatus ToStatus(in FlowEntry flow, in ServerIdentity server, MonotonicTime now) => new(
        ProtocolOf(flow),
        IpAddress.FromV4(flow.ClientAddress).ToIPAddress(),
        flow.ClientPort,
        IpAddress.FromV4(flow.PeerAddress).ToIPAddress(),
        flow.PeerPort,
        server.Address.ToIPAddress(),
        listsTemplates && flow.PeerPort == 0 ? (ushort)0 : server.Port,
        !listsTemplates ? FlowStates.NameOf(flow.State) : flow.State == FlowState.Established ? "ASSURED" : "NONE",
        flow.Remaining(now).TotalSeconds);
}
