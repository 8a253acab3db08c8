using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Native;
using FastLb.Native.Interfaces;
using FastLb.Native.Vrrp;
using FastLb.Vrrp;
using FastLb.Wire;

namespace FastLb.VrrpHost;

/// <summary>
/// How the advertisements of a virtual router travel: its socket, and to whom they go. One thread at a time; sending and receiving allocate nothing.
/// </summary>
internal sealed class AdvertisementLink : IDisposable
{
    private VirtualRouterSettings _settings;
    private byte[] _bytes = [];
    private IPAddress[] _destinations = [];
    private IpAddress[] _addresses = [];
    private byte _unicastTimeToLive;
    private bool _isOnVirtualLink;
    private VrrpSocket? _socket;
    private VrrpSocketSettings? _opened;

    /// <param name="settings">Of the virtual router.</param>
    /// <param name="instance">Its configuration.</param>
    public AdvertisementLink(VirtualRouterSettings settings, VrrpInstance instance)
    {
        _settings = settings;
        Use(settings, instance);
    }

    /// <summary>For poll; -1 while there is no socket because the interface is gone.</summary>
    public int Descriptor => _socket?.Descriptor ?? -1;

    /// <summary>
    /// Whether what is sent names its source: version 3 sums it up, an authentication header covers it, of IPv6 there are several, and a virtual link has none of IPv4 but the
    /// addresses that move.
    /// </summary>
    public bool NamesSource => _settings.Version == 3 || _settings.Authentication == AuthenticationType.AuthenticationHeader || _isOnVirtualLink;

    /// <summary>Goes on by another configuration; <see cref="Open"/> must follow.</summary>
    public void Use(VirtualRouterSettings settings, VrrpInstance instance)
    {
        _settings = settings;
        _isOnVirtualLink = instance is { VirtualMac: not null, AdvertisesOnBase: false };
        _bytes = new byte[AdvertisementFormat.PacketLengthOf(settings)];
        _addresses = settings.Peers.IsEmpty ? [settings.Group] : [.. settings.Peers.Select(peer => peer.Address)];
        _destinations = [.. _addresses.Select(address => address.ToIPAddress())];
        byte timeToLive = instance.Unicast.TimeToLive ?? VrrpAdvertisement.TimeToLive;
        _unicastTimeToLive = settings.IsIPv6 ? timeToLive : Math.Max(timeToLive, (byte)1); // the kernel sends no IPv4 packet with 0, and 1 crosses no router either
    }

    /// <summary>
    /// Has a socket for the interface of this index, in place of one for something else. An interface that has gone meanwhile leaves none.
    /// </summary>
    /// <param name="instance">Whose interface it is; one without an interface speaks as routing has it.</param>
    /// <param name="index">The kernel's index; 0 when there is no such interface.</param>
    /// <param name="source">The address to advertise from; null when there is none.</param>
    /// <returns>False when there is no such interface.</returns>
    public bool Open(VrrpInstance instance, int index, IpAddress? source)
    {
        bool hasInterface = instance.Interface.Length > 0;
        if (hasInterface && index == 0)
        {
            Close();
            return false;
        }

        IPAddress? named = NamesSource ? source?.ToIPAddress() ?? instance.SourceAddress : instance.SourceAddress;
        var wanted = new VrrpSocketSettings(index, _settings.Peers.IsEmpty ? _settings.Group.ToIPAddress() : null, named, _unicastTimeToLive)
        {
            Family = _settings.IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork,
            Transport = _settings.Authentication == AuthenticationType.AuthenticationHeader ? VrrpTransport.AuthenticationHeader : VrrpTransport.Plain,
            ReceiveBufferSize = instance.ReceiveBufferSize,
        };
        if (_socket is not null && wanted == _opened)
            return true;
        Close();
        try
        {
            _socket = VrrpSocket.Open(wanted);
            _opened = wanted;
            return true;
        }
        catch (SystemCallException) when (hasInterface && !NetworkDevice.Exists(index))
        {
            return false; // gone meanwhile, which will be told next
        }
    }

    /// <summary>Sends an advertisement to each destination, and returns to how many it left.</summary>
    public int Send(in VrrpEffect effect, in VirtualRouterState state)
    {
        if (_socket is null || (NamesSource && state.OwnAddress is null))
            return 0;
        int sent = 0;
        for (int i = 0; i < _destinations.Length; i++)
        {
            var route = new AdvertisementRoute(effect.Priority, state.OwnAddress.GetValueOrDefault(), _addresses[i])
            {
                Sequence = effect.Sequence,
                SumsUpGroup = state.SumsUpGroup,
                TimeToLive = _settings.Peers.IsEmpty ? VrrpAdvertisement.TimeToLive : _unicastTimeToLive,
            };
            int length = _settings.Authentication == AuthenticationType.AuthenticationHeader
                ? AdvertisementFormat.WritePacket(_bytes, _settings, route)
                : AdvertisementFormat.Write(_bytes, _settings, route);
            sent += _socket.Send(_bytes.AsSpan(0, length), _destinations[i]) == Errno.None ? 1 : 0;
        }

        return sent;
    }

    /// <summary>To how many destinations an advertisement goes.</summary>
    public int Destinations => _destinations.Length;

    /// <summary>Receives a packet if there is one, and checks it.</summary>
    /// <param name="buffer">Room for one packet.</param>
    /// <param name="state">Of the virtual router.</param>
    /// <param name="reason">Why it is no advertisement for the virtual router; <see cref="DiscardReason.None"/> when it is.</param>
    /// <param name="advertisement">The advertisement, if it is one.</param>
    /// <returns>False when there is no packet.</returns>
    public bool TryReceive(Span<byte> buffer, in VirtualRouterState state, out DiscardReason reason, out VrrpAdvertisement advertisement)
    {
        reason = DiscardReason.None;
        advertisement = default;
        if (_socket is null || !_socket.TryReceive(buffer, out VrrpDatagram datagram))
            return false;
        Span<byte> packet = buffer[..Math.Min(datagram.Length, buffer.Length)];
        reason = _settings.IsIPv6
            ? AdvertisementCheck.CheckIPv6(packet, Convert(datagram.Source), Convert(datagram.Destination), datagram.HopLimit, _settings, state, out advertisement)
            : AdvertisementCheck.Check(packet, _settings, state, out advertisement);
        return true;
    }

    public void Dispose() => Close();

    private static IpAddress Convert(PacketAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        address.Write(octets);
        return address.Length == 4 ? IpAddress.ReadV4(octets) : new IpAddress(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(octets));
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _opened = null;
    }
}
