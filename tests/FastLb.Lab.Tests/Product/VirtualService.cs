using System.Net;
using System.Text;
using FastLb.Lab.Tests.Laboratory;

namespace FastLb.Lab.Tests.Product;

/// <summary>A virtual server in the terms of keepalived.conf, and how a test writes a configuration of some.</summary>
/// <param name="Port">Port of the virtual address, and of the real servers unless <see cref="ServerPort"/> is set.</param>
internal sealed record VirtualService(int Port)
{
    public const int MasterPriority = 100;

    /// <summary>That of a director which is alone: the owner of the addresses takes them at once.</summary>
    public const int OwnerPriority = 255;

    /// <summary>A health check that notices within a second or two.</summary>
    public const string QuickCheck = """
        TCP_CHECK {
            connect_timeout 1
            retry 1
            delay_before_retry 0.5
            delay_loop 0.5
            warmup 0
        }
        """;

    public string Protocol { get; init; } = "TCP";

    public string Scheduler { get; init; } = "rr";

    public string Method { get; init; } = "DR";

    /// <summary>The real servers' port where it is another one, which only NAT can do.</summary>
    public int? ServerPort { get; init; }

    /// <summary>The real servers' address where it is another one than <see cref="LabHost.Address"/>.</summary>
    public IPAddress? ServerAddress { get; init; }

    public string Address { get; init; } = ReferenceLab.VirtualAddressText;

    /// <summary>Further lines of the virtual_server block.</summary>
    public string Extra { get; init; } = "";

    public IReadOnlyList<(LabHost Host, int Weight)> Servers { get; init; } = [];

    /// <summary>Lines of every real_server block: its health check.</summary>
    public string Checker { get; init; } = "";

    /// <summary>Writes a configuration for a director that is alone, whose VRRP instance holds the services' addresses.</summary>
    /// <returns>The path of the file.</returns>
    public static string WriteConfiguration(ReferenceLab lab, params IEnumerable<VirtualService> services) =>
        WriteConfiguration(lab.Master, OwnerPriority, services);

    /// <summary>As above, for either director.</summary>
    /// <param name="priority">The VRRP instance's.</param>
    public static string WriteConfiguration(LabHost director, int priority, params IEnumerable<VirtualService> services)
    {
        List<VirtualService> all = [.. services];
        IEnumerable<string> addresses = all.Select(service => service.Address).Distinct(StringComparer.Ordinal);
        if (director.InsideInterface is { } inside && all.Exists(service => service.Method == "NAT"))
            addresses = addresses.Append($"10.0.0.1/24 dev {inside}"); // the servers' default gateway
        StringBuilder text = new();
        text.AppendLine($$"""
            vrrp_instance VI_1 {
                state {{(priority >= MasterPriority ? "MASTER" : "BACKUP")}}
                interface {{director.Interface}}
                virtual_router_id 51
                priority {{priority}}
                advert_int 1
                virtual_ipaddress {
                    {{string.Join("\n        ", addresses)}}
                }
            }
            """);
        foreach (VirtualService service in all)
            service.AppendTo(text);
        string path = Path.Combine(director.Folder, $"{Guid.NewGuid():N}.conf");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private void AppendTo(StringBuilder text)
    {
        text.AppendLine($$"""

            virtual_server {{Address}} {{Port}} {
                lb_algo {{Scheduler}}
                lb_kind {{Method}}
                protocol {{Protocol}}
                {{Extra}}
            """);
        foreach ((LabHost host, int weight) in Servers)
        {
            text.AppendLine($$"""
                    real_server {{ServerAddress ?? host.Address}} {{ServerPort ?? Port}} {
                        weight {{weight}}
                        {{Checker}}
                    }
                """);
        }

        text.AppendLine("}");
    }
}
