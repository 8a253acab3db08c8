using System.Net;
using System.Net.NetworkInformation;

namespace FastLb.Bench.Laboratory;

/// <summary>
/// Who has which address in each of the labs, of which none sees another: of the blocks for benchmarks (RFC 2544, 198.18.0.0/15). The flood comes from many
/// addresses of the outer network.
/// </summary>
internal static class BenchAddresses
{
    public const string OuterNetwork = "198.18.0.0/16";
    public const string ClientWithPrefix = "198.18.0.2/16", DirectorOuterWithPrefix = "198.18.0.1/16";
    public const string DirectorInnerWithPrefix = "198.19.0.1/24", ServerWithPrefix = "198.19.0.10/24";
    public const string ClientBackWithPrefix = "198.19.255.1/30", ServerBackWithPrefix = "198.19.255.2/30";

    /// <summary>The service's port that is flooded: what comes to the server is counted and dropped.</summary>
    public const int FloodPort = 9;

    /// <summary>The service's port that answers datagrams with themselves.</summary>
    public const int EchoPort = 7;

    /// <summary>The service's port for connections.</summary>
    public const int ConnectionPort = 80;

    public static readonly IPAddress Client = IPAddress.Parse("198.18.0.2");
    public static readonly IPAddress Service = IPAddress.Parse("198.18.0.100");
    public static readonly IPAddress DirectorInner = IPAddress.Parse("198.19.0.1");
    public static readonly IPAddress Server = IPAddress.Parse("198.19.0.10");
    public static readonly IPAddress ClientBack = IPAddress.Parse("198.19.255.1");

    // Locally administered.
    public static readonly PhysicalAddress ClientMac = PhysicalAddress.Parse("02-00-00-00-00-02");
    public static readonly PhysicalAddress DirectorOuterMac = PhysicalAddress.Parse("02-00-00-00-00-01");
    public static readonly PhysicalAddress DirectorInnerMac = PhysicalAddress.Parse("02-00-00-00-01-01");
    public static readonly PhysicalAddress ServerMac = PhysicalAddress.Parse("02-00-00-00-01-10");

    /// <summary>As programs for the command line read it.</summary>
    public static string Colons(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(octet => octet.ToString("x2")));
}
