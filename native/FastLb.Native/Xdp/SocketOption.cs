namespace FastLb.Native.Xdp;

/// <summary>Socket options of <c>asm-generic/socket.h</c> that Tmds.LibC lacks.</summary>
internal static class SocketOption
{
    /// <summary>As SO_SNDBUF, but not bounded by <c>net.core.wmem_max</c>; needs CAP_NET_ADMIN.</summary>
    public const int SO_SNDBUFFORCE = 32;
}
