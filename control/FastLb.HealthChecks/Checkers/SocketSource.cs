using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace FastLb.HealthChecks.Checkers;

/// <summary>Where a check's packets come from.</summary>
/// <param name="Address">The source address; null for the kernel's choice.</param>
/// <param name="Port">The source port; null for the kernel's choice.</param>
/// <param name="Interface">The interface that packets may use; null for all.</param>
/// <param name="FirewallMark">The mark of the packets, for routing rules and filters; 0 for none.</param>
internal sealed record SocketSource(IPAddress? Address, ushort? Port, string? Interface, uint FirewallMark)
{
    // asm-generic/socket.h; .NET has no names for them.
    private const int SOL_SOCKET = 1;
    private const int SO_BINDTODEVICE = 25;
    private const int SO_MARK = 36;

    /// <summary>Prepares a socket that is not connected yet.</summary>
    /// <returns>What can't be done and why; null when all is done.</returns>
    public string? Apply(Socket socket) => BindInterface(socket) ?? Mark(socket) ?? Bind(socket);

    private string? BindInterface(Socket socket)
    {
        if (Interface is not { } name || Attempt(() => socket.SetRawSocketOption(SOL_SOCKET, SO_BINDTODEVICE, Encoding.UTF8.GetBytes(name))) is not { } failure)
            return null;

        // .NET has no code for ENODEV, and of the errors that this option has, ENODEV alone is without one.
        string cause = failure.SocketErrorCode == SocketError.SocketError ? "there is no such interface" : ConnectFault.Describe(failure);
        return $"can't use interface {name}: {cause}";
    }

    private string? Mark(Socket socket)
    {
        uint mark = FirewallMark;
        return mark != 0 && Attempt(() => socket.SetRawSocketOption(SOL_SOCKET, SO_MARK, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in mark)))) is { } failure
            ? $"can't set firewall mark {mark}: {ConnectFault.Describe(failure)}"
            : null;
    }

    private string? Bind(Socket socket)
    {
        if (Address is null && Port is null)
            return null;
        IPAddress any = socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        var source = new IPEndPoint(Address ?? any, Port ?? 0);
        return Attempt(() => socket.Bind(source)) is { } failure ? $"can't use source {source}: {ConnectFault.Describe(failure)}" : null;
    }

    private static SocketException? Attempt(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (SocketException failure)
        {
            return failure;
        }
    }
}
