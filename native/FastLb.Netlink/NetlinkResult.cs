using FastLb.Native;

namespace FastLb.Netlink;

/// <summary>How the kernel acknowledged a request.</summary>
/// <param name="Errno"><see cref="Errno.None"/> for success.</param>
/// <param name="KernelMessage">The kernel's own explanation, if it gave one.</param>
internal readonly record struct NetlinkResult(Errno Errno, string? KernelMessage)
{
    public bool Succeeded => Errno == Errno.None;

    public void ThrowIfFailed(string call, string target)
    {
        if (!Succeeded)
            throw Failure(call, target);
    }

    public SystemCallException Failure(string call, string target)
    {
        string? advice = Errno switch
        {
            Errno.EPERM => "needs CAP_NET_ADMIN",
            Errno.ENODEV => "there is no such interface in this network namespace",
            _ => null,
        };
        string? remedy = (advice, KernelMessage) switch
        {
            (null, null) => null,
            (null, _) => $"the kernel says: {KernelMessage}",
            (_, null) => advice,
            _ => $"{advice}; the kernel says: {KernelMessage}",
        };
        return new SystemCallException(call, target, Errno, remedy);
    }
}
