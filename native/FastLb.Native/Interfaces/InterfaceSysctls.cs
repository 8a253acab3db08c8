using System.Globalization;
using System.Net.Sockets;

namespace FastLb.Native.Interfaces;

/// <summary>
/// The settings under <c>/proc/sys/net</c> of the interfaces of the calling thread's network namespace (the kernel's Documentation/networking/ip-sysctl.rst).
/// Names of interfaces may have dots in them.
/// </summary>
public static class InterfaceSysctls
{
    /// <summary>Stands for all interfaces in place of a name: the kernel combines its settings with each one's, by OR or by the greater value.</summary>
    public const string AllInterfaces = "all";

    /// <summary>Stands for interfaces to come, in place of a name.</summary>
    public const string NewInterfaces = "default";

    /// <summary>Reads a setting; null where the interface or the kernel has none of that name.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="interfaceName">1 to 15 bytes.</param>
    /// <param name="setting">A file's name: <c>arp_ignore</c>.</param>
    public static int? Read(AddressFamily family, string interfaceName, string setting)
    {
        try
        {
            string text = File.ReadAllText(PathOf(family, interfaceName, setting));
            return int.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null;
        }
        catch (IOException fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Changes a setting.</summary>
    /// <returns>What it was before; null where there is none, and then nothing was done.</returns>
    /// <exception cref="SystemCallException">The kernel refused, or /proc/sys is read-only (as in containers).</exception>
    public static int? Write(AddressFamily family, string interfaceName, string setting, int value)
    {
        if (Read(family, interfaceName, setting) is not { } former)
            return null;
        if (former == value)
            return former;
        string path = PathOf(family, interfaceName, setting);
        try
        {
            File.WriteAllText(path, value.ToString(CultureInfo.InvariantCulture));
            return former;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // the interface has gone meanwhile
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SystemCallException("write", path, Errno.EACCES, "needs CAP_NET_ADMIN and a /proc/sys that can be written to", fault);
        }
    }

    /// <summary>True when the interface passes on packets of others.</summary>
    public static bool Forwards(AddressFamily family, string interfaceName) => Read(family, interfaceName, "forwarding") is > 0;

    /// <summary>
    /// Has the interface keep its other IPv4 addresses when the first of their subnet is taken away, in place of removing them too (<c>promote_secondaries</c>).
    /// </summary>
    /// <returns>What it was before, for <see cref="Write"/> to restore; null where there is no such interface.</returns>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static int? PromoteSecondaries(string interfaceName) => Write(AddressFamily.InterNetwork, interfaceName, "promote_secondaries", 1);

    private static string PathOf(AddressFamily family, string interfaceName, string setting)
    {
        if (interfaceName.Length == 0 || interfaceName.Contains('/') || interfaceName is "." or "..")
            throw new ArgumentException($"'{interfaceName}' can't be an interface's name", nameof(interfaceName));
        return $"/proc/sys/net/{(family == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4")}/conf/{interfaceName}/{setting}";
    }
}
