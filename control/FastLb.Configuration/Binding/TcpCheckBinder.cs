using System.Net;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds <c>TCP_CHECK</c>.</summary>
internal static class TcpCheckBinder
{
    private const uint DefaultRetries = 1;
    private static readonly TimeSpan DefaultDelayBeforeRetry = TimeSpan.FromSeconds(1);

    /// <summary>Binds one block.</summary>
    /// <param name="block">The statement with its block.</param>
    /// <param name="statements">What the block holds, as checked.</param>
    /// <param name="server">The settings of the real server, with those of its virtual server.</param>
    /// <param name="address">The real server's address, which is probed unless <c>connect_ip</c> says otherwise.</param>
    /// <param name="port">The real server's port, likewise.</param>
    /// <param name="logAllFailures">The director's setting, unless the block has its own.</param>
    public static TcpCheck Bind(
        CheckedStatement block, IReadOnlyList<CheckedStatement> statements, ProbeSettings server, IPAddress address, ushort port, bool logAllFailures)
    {
        var settings = new ProbeSettings();
        var target = (Address: address, Port: port);
        var source = (Address: (IPAddress?)null, Interface: (string?)null, Port: (ushort?)null);
        uint mark = 0;
        bool logAll = logAllFailures;
        foreach (CheckedStatement statement in statements)
        {
            settings = settings.With(statement);
            switch (statement.Name)
            {
                case "connect_ip":
                    target.Address = statement.Address(0);
                    break;
                case "connect_port":
                    target.Port = (ushort)statement.Integer(0);
                    break;
                case "bindto":
                    source.Address = statement.Address(0);
                    break;
                case "bind_if":
                    source.Interface = statement.Text(0);
                    break;
                case "bind_port":
                    source.Port = (ushort)statement.Integer(0);
                    break;
                case "fwmark":
                    mark = (uint)statement.Integer(0);
                    break;
                case "log_all_failures":
                    logAll = statement.Switch(0);
                    break;
                default:
                    break;
            }
        }

        ProbeSettings resolved = settings.Within(server);
        return new TcpCheck
        {
            Origin = new Origin(block.Syntax.Span),
            Timing = resolved.Resolve(DefaultRetries, DefaultDelayBeforeRetry),
            Alpha = resolved.Alpha ?? false,
            LogAllFailures = logAll,
            Address = target.Address,
            Port = target.Port,
            SourceAddress = source.Address,
            SourceInterface = source.Interface,
            SourcePort = source.Port,
            FirewallMark = mark,
        };
    }
}
