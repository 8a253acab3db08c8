using System.Globalization;
using System.Net.Sockets;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Printing;

/// <summary>Writes what clients of virtual servers send to: the <c>virtual_server_group</c> blocks, and the parameters of <c>virtual_server</c>.</summary>
internal static class ServerGroupPrinter
{
    /// <summary>The groups of these servers, each once.</summary>
    public static void Print(BlockWriter writer, IEnumerable<VirtualServer> servers)
    {
        foreach (VirtualServer server in servers.Where(server => server.Group is not null).DistinctBy(server => server.Group, StringComparer.Ordinal))
        {
            writer.Open("virtual_server_group", server.Group!);
            foreach (VirtualEndpoint member in server.GroupMembers)
            {
                if (member.Mark != 0) writer.Line("fwmark", [Number(member.Mark), .. FamilyOf(server, member.Mark)]);
                else writer.Line(member.Address.ToString(), Number(member.Port));
            }

            writer.Close();
        }
    }

    /// <summary>What a server is called by.</summary>
    public static string[] NameOf(VirtualServer server)
    {
        if (server.Group is { } group) return ["group", group];
        uint mark = server.Endpoints[0].Mark;
        return mark != 0 ? ["fwmark", Number(mark)] : [server.Address.ToString(), Number(server.Port)];
    }

    private static IEnumerable<string> FamilyOf(VirtualServer server, uint mark) =>
        server.GroupMarkFamilies.Where(known => known.Mark == mark).Select(known => known.Family == AddressFamily.InterNetworkV6 ? "inet6" : "inet");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
