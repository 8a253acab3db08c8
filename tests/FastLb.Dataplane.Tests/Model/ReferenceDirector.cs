using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Model;

/// <summary>
/// IPVS as its documentation has it, written for being read: lists, dictionaries and one step after the other. It shares no code with the dataplane. Times are
/// seconds. Schedulers with a memory of their own but rr, and hashes, are left to what is recorded of the kernel.
/// </summary>
internal sealed class ReferenceDirector
{
    // Columns: NONE ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN SYNACK
    private static readonly string[] Columns = "NO ES SS SR FW TW CL CW LA LI SA".Split(' ');

    private static readonly Dictionary<string, string[]> Input = Table(new()
    {
        ["syn"] = "SR ES ES SR SR SR SR SR SR SR SR",
        ["fin"] = "CL CW SS TW TW TW CL CW LA LI TW",
        ["ack"] = "ES ES SS ES FW TW CL CW CL LI ES",
        ["rst"] = "CL CL CL SR CL CL CL CL LA LI SR",
    });

    private static readonly Dictionary<string, string[]> Output = Table(new()
    {
        ["syn"] = "SS ES SS SR SS SS SS SS SS LI SR",
        ["fin"] = "TW FW SS TW FW TW CL TW LA LI TW",
        ["ack"] = "ES ES SS ES FW TW CL CW LA ES ES",
        ["rst"] = "CL CL SS CL CL TW CL CL CL CL CL",
    });

    private static readonly Dictionary<string, string[]> InputOnly = Table(new()
    {
        ["syn"] = "SR ES ES SR SR SR SR SR SR SR SR",
        ["fin"] = "CL FW SS TW FW TW CL CW LA LI TW",
        ["ack"] = "ES ES SS ES FW TW CL CW CL LI ES",
        ["rst"] = "CL CL CL SR CL CL CL CL LA LI CL",
    });

    private static readonly Dictionary<string, double> Timeouts = new()
    {
        ["NO"] = 2,
        ["ES"] = 900,
        ["SS"] = 120,
        ["SR"] = 60,
        ["FW"] = 120,
        ["TW"] = 120,
        ["CL"] = 10,
        ["CW"] = 60,
        ["LA"] = 30,
        ["LI"] = 120,
        ["SA"] = 120,
        ["UDP"] = 300,
    };

    private readonly Dictionary<Endpoints, Connection> _connections = [];

    public List<Service> Services { get; } = [];

    public bool SloppyTcp { get; set; }

    public bool ExpireNodestConn { get; set; }

    public int ConnReuseMode { get; set; } = 1;

    /// <summary>What `ipvsadm --set` has set: ES, FW and UDP.</summary>
    public Dictionary<string, double> SetTimeouts { get; } = [];

    public int Count => _connections.Count;

    public int Active(Server server) => _connections.Values.Count(connection => connection.Server == server && IsActive(connection));

    public int Inactive(Server server) => _connections.Values.Count(connection => connection.Server == server && !IsActive(connection));

    /// <summary>Ends what has been idle for too long.</summary>
    public void Expire(double now)
    {
        foreach ((Endpoints endpoints, Connection connection) in _connections.Where(entry => entry.Value.Ends <= now).ToArray())
            End(endpoints, connection);
    }

    /// <summary>The server that a client's packet goes to, or why to none.</summary>
    public (Server? Server, string Outcome) FromClient(Endpoints packet, TcpFlags flags, double now)
    {
        Service service = Services.Single(known => known.Address == packet.Virtual && known.Port == packet.VirtualPort && known.Protocol == packet.Protocol);
        bool isTcp = packet.Protocol == IpProtocol.Tcp;
        bool isSyn = isTcp && flags.HasFlag(TcpFlags.Syn) && !flags.HasFlag(TcpFlags.Reset);
        _connections.TryGetValue(packet, out Connection? connection);
        if (connection is not null && isSyn && IsReused(connection))
        {
            End(packet, connection);
            connection = null;
        }

        if (connection is not null && !connection.Server.IsThere)
        {
            if (!ExpireNodestConn)
                return (null, "removed");
            End(packet, connection);
            connection = null;
        }

        if (connection is null)
        {
            if (isTcp && (flags.HasFlag(TcpFlags.Reset) || (!flags.HasFlag(TcpFlags.Syn) && !SloppyTcp)))
                return (null, "unknown");
            Server? server = service.Choose(this);
            if (server is null)
                return (null, "no server");
            server.Connections++;
            if (service.OnePacket)
                return (server, "forwarded");
            connection = new Connection { Server = server, State = "NO" };
            _connections.Add(packet, connection);
            if (server.Upper != 0 && CountOf(server) >= server.Upper)
                server.Overloaded = true;
        }

        connection.State = !isTcp ? "UDP" : Next(connection.Server.IsNat ? Input : InputOnly, flags, connection.State);
        connection.Ends = now + TimeoutOf(connection.State);
        return (connection.Server, "forwarded");
    }

    /// <summary>The connection that a server's packet belongs to; null for none.</summary>
    public Endpoints? FromServer(Server server, Endpoints asSentByClient, TcpFlags flags, double now)
    {
        if (!_connections.TryGetValue(asSentByClient, out Connection? connection) || connection.Server != server || !server.IsNat)
            return null;
        connection.State = asSentByClient.Protocol == IpProtocol.Udp ? "UDP" : Next(Output, flags, connection.State);
        connection.Ends = now + TimeoutOf(connection.State);
        return asSentByClient;
    }

    /// <summary>The state of a connection; null when there is none.</summary>
    public string? StateOf(Endpoints packet) => _connections.GetValueOrDefault(packet)?.State;

    public bool HasConnections(Server server) => _connections.Values.Any(connection => connection.Server == server);

    private static bool IsActive(Connection connection) => connection.State is "ES" or "SS" or "SR" or "SA";

    private int CountOf(Server server) => _connections.Values.Count(connection => connection.Server == server);

    private bool IsReused(Connection connection)
    {
        if (ExpireNodestConn && connection.Server is { IsThere: true, Weight: 0 })
            return true;
        return ConnReuseMode != 0
            && (connection.State is "TW" or "CL" || ((ConnReuseMode & 2) != 0 && connection.State == "FW" && !connection.Server.IsNat));
    }

    private static Dictionary<string, string[]> Table(Dictionary<string, string> rows) => rows.ToDictionary(row => row.Key, row => row.Value.Split(' '));

    private static string Next(Dictionary<string, string[]> table, TcpFlags flags, string state)
    {
        string? seen = flags.HasFlag(TcpFlags.Reset) ? "rst" : flags.HasFlag(TcpFlags.Syn) ? "syn" : flags.HasFlag(TcpFlags.Fin) ? "fin" : flags.HasFlag(TcpFlags.Acknowledgment) ? "ack" : null;
        return seen is null ? "CL" : table[seen][Array.IndexOf(Columns, state)];
    }

    private double TimeoutOf(string state) => SetTimeouts.TryGetValue(state, out double set) ? set : Timeouts[state];

    private void End(Endpoints endpoints, Connection connection)
    {
        _connections.Remove(endpoints);
        Server server = connection.Server;
        int left = CountOf(server);
        if (server.Lower != 0 ? left < server.Lower : left * 4 < server.Upper * 3)
            server.Overloaded = false;
    }

    /// <summary>What a connection is known by, as the client writes it.</summary>
    internal readonly record struct Endpoints(uint Client, ushort ClientPort, uint Virtual, ushort VirtualPort, IpProtocol Protocol);

    internal sealed class Connection
    {
        public required Server Server { get; init; }

        public required string State { get; set; }

        public double Ends { get; set; }
    }

    internal sealed class Server
    {
        public required uint Address { get; init; }

        public required ushort Port { get; init; }

        public required bool IsNat { get; init; }

        public int Weight { get; set; }

        public int Upper { get; set; }

        public int Lower { get; set; }

        public bool Overloaded { get; set; }

        public bool IsThere { get; set; } = true;

        /// <summary>Connections that it was chosen for.</summary>
        public long Connections { get; set; }

        public bool IsAvailable => Weight > 0 && !Overloaded;
    }

    internal sealed class Service
    {
        private Server? _last;

        public required uint Address { get; init; }

        public required ushort Port { get; init; }

        public required IpProtocol Protocol { get; init; }

        public required string Scheduler { get; init; }

        public bool OnePacket { get; init; }

        /// <summary>The server added last comes first.</summary>
        public List<Server> Servers { get; } = [];

        public void Remove(Server server)
        {
            int position = Servers.IndexOf(server);
            if (_last == server)
                _last = position > 0 ? Servers[position - 1] : null;
            Servers.RemoveAt(position);
            server.IsThere = false;
        }

        public Server? Choose(ReferenceDirector director)
        {
            List<Server> available = [.. Servers.Where(server => server.IsAvailable)];
            double Overhead(Server server) => (256.0 * director.Active(server)) + director.Active(server) + director.Inactive(server);
            double Delay(Server server) => (director.Active(server) + 1.0) / server.Weight;
            return Scheduler switch
            {
                "rr" => NextInTurn(),
                "lc" => available.MinBy(Overhead),
                "wlc" => available.MinBy(server => Overhead(server) / server.Weight),
                "sed" => available.MinBy(Delay),
                "nq" => available.Find(server => director.Active(server) == 0) ?? available.MinBy(Delay),
                "fo" => available.MaxBy(server => server.Weight),
                "ovf" => available.Where(server => director.Active(server) <= server.Weight).MaxBy(server => server.Weight),
                _ => throw new InvalidOperationException(Scheduler),
            };
        }

        private Server? NextInTurn()
        {
            int start = _last is null ? -1 : Servers.IndexOf(_last);
            for (int step = 1; step <= Servers.Count; step++)
            {
                Server server = Servers[(start + step) % Servers.Count];
                if (server.IsAvailable)
                    return _last = server;
            }

            return null;
        }
    }
}
