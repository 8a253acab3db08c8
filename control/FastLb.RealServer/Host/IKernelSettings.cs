using FastLb.Native;

namespace FastLb.RealServer.Host;

/// <summary>The kernel's settings of this network namespace (sysctl(8)).</summary>
internal interface IKernelSettings
{
    /// <summary>Reads one, for example <c>net.ipv4.conf.all.arp_ignore</c>; null when the kernel has none of that name.</summary>
    /// <exception cref="SystemCallException">It can't be read.</exception>
    string? Read(string key);

    /// <summary>Changes one.</summary>
    /// <exception cref="SystemCallException">It can't be changed.</exception>
    void Write(string key, string value);
}
