namespace FastLb.Lab.Tests;

/// <summary>Where the files of this repository are, found from the running test executable upwards.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The command that sets labs up and takes them down.</summary>
    public static string LabCommand => Path.Combine(Root, "scripts", "lab");

    /// <summary>The product, as <c>scripts/build</c> leaves it.</summary>
    public static string FastLbCommand => Path.Combine(Root, "bin", "fastlb");

    /// <summary>The reference configuration of the first director, which tests use as it is.</summary>
    public static string MasterConfiguration => Path.Combine(Root, "tests", "lab", "master.conf");

    /// <summary>The reference configuration of the other director.</summary>
    public static string BackupConfiguration => Path.Combine(Root, "tests", "lab", "backup.conf");

    /// <summary>The reference configuration for a director that is alone: it takes its address without waiting for another.</summary>
    public static string AloneConfiguration => Path.Combine(Root, "tests", "lab", "alone.conf");

    /// <summary>A director that is alone between the client's and the servers' segment, in NAT mode.</summary>
    public static string NatConfiguration => Path.Combine(Root, "tests", "lab", "nat.conf");

    /// <summary>A director that is alone, whose servers are on another segment, in TUN mode.</summary>
    public static string TunnelConfiguration => Path.Combine(Root, "tests", "lab", "tun.conf");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FastLb.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"no FastLb.sln in any folder above {AppContext.BaseDirectory}");
    }
}
