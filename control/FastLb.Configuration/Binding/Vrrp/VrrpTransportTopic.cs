using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>How an instance's advertisements travel, and how often. It comes after <see cref="VrrpAddressTopic"/>, whose addresses decide the family.</summary>
internal sealed class VrrpTransportTopic(DiagnosticBag diagnostics, GlobalDefinitions global) : IVrrpInstanceTopic
{
    private readonly UnicastPeerReader _peerReader = new(diagnostics);
    private readonly List<CheckedStatement> _peers = [];
    private CheckedStatement? _version, _source, _interval, _group, _timeToLive, _vrf, _claim;
    private VrrpUnicast _unicast = VrrpUnicast.None;
    private bool _tracksSource;
    private bool? _leavesOutPseudoHeader;
    private int? _receiveBuffer;

    /// <summary>True when there are peers and a source address for them, so that no interface is needed.</summary>
    public bool IsUnicast => _peers.Count > 0 && _source is { Name: "unicast_src_ip" };

    /// <inheritdoc/>
    public bool Apply(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "version":
                _version = statement;
                return true;
            case "advert_int":
                _interval = statement;
                return true;
            case "mcast_src_ip" or "unicast_src_ip":
                _source = statement;
                return true;
            case "track_src_ip":
                _tracksSource = true;
                return true;
            case "mcast_dst_ip":
                _group = statement;
                return true;
            case "vrf":
                _vrf = statement;
                return true;
            case "native_ipv6":
                _claim = statement;
                return true;
            case "v3_checksum_as_v2":
                _leavesOutPseudoHeader = statement.Switch(0);
                return true;
            case "kernel_rx_buf_size":
                _receiveBuffer = (int)statement.Integer(0);
                return true;
            default:
                return ApplyUnicast(statement);
        }
    }

    /// <inheritdoc/>
    public VrrpInstance Resolve(VrrpInstance instance)
    {
        // Those of an IPv6 instance are refused themselves.
        bool isIpv6 = instance.VirtualAddresses.Any(a => a.IsAdvertised && a.Address.AddressFamily == AddressFamily.InterNetworkV6);
        AddressFamily? family = instance.VirtualAddresses.Count > 0 ? (isIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork) : null;
        int version = ResolveVersion(isIpv6);
        VrrpUnicast unicast = _unicast with { Peers = _peerReader.Read(_peers, family) };
        return instance with
        {
            Version = version,
            AdvertisementInterval = ResolveInterval(version),
            SourceAddress = ResolveSource(isIpv6),
            TracksSourceAddress = _tracksSource,
            MulticastGroup = ResolveGroup(isIpv6),
            Unicast = unicast with { TimeToLive = ResolveTimeToLive(unicast) },
            Vrf = ResolveVrf(instance),
            ClaimsIpv6 = ResolveClaim(family),
            LeavesOutPseudoHeader = _leavesOutPseudoHeader,
            ReceiveBufferSize = _receiveBuffer,
        };
    }

    private bool ApplyUnicast(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "unicast_peer":
                _peers.Add(statement);
                return true;
            case "unicast_ttl":
                _timeToLive = statement;
                return true;
            case "check_unicast_src":
                _unicast = _unicast with { ChecksSource = true };
                return true;
            case "unicast_fault_no_peer":
                _unicast = _unicast with { FailsWithoutPeer = true };
                return true;
            case "old_unicast_checksum":
                _unicast = _unicast with { Checksum = statement.Has(0) ? UnicastChecksum.Destination : UnicastChecksum.MulticastGroup };
                return true;
            default:
                return false;
        }
    }

    /// <summary>The instance's version; IPv6 is of version 3 alone.</summary>
    private int ResolveVersion(bool isIpv6)
    {
        if (isIpv6) return 3;
        return _version is { } statement ? (int)statement.Integer(0) : global.VrrpVersion;
    }

    private IPAddress? ResolveSource(bool isIpv6)
    {
        if (_source is not { } statement) return null;
        if (statement.Name == "unicast_src_ip" && _peers.Count == 0)
        {
            diagnostics.Add(
                DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, "'unicast_src_ip' stands without unicast_peer",
                "advertisements travel by multicast, from this address; use 'mcast_src_ip'");
        }

        IPAddress address = statement.Address(0);
        if ((address.AddressFamily == AddressFamily.InterNetworkV6) == isIpv6) return address;
        diagnostics.Add(
            DiagnosticCatalog.AddressFamilyMismatch, statement.SpanOf(0), $"'{statement.Text(0)}' is not of the family of the instance's addresses",
            "the interface's own address is used");
        return null;
    }

    private IPAddress? ResolveGroup(bool isIpv6)
    {
        if (_group is not { } statement) return null;
        IPAddress address = statement.Address(0);
        bool isMulticast = address.AddressFamily == AddressFamily.InterNetworkV6 ? address.IsIPv6Multicast : address.GetAddressBytes()[0] is >= 224 and <= 239;
        if (isMulticast && (address.AddressFamily == AddressFamily.InterNetworkV6) == isIpv6) return address;
        diagnostics.Add(
            DiagnosticCatalog.InvalidAddress, statement.SpanOf(0), $"'{statement.Text(0)}' is no {(isIpv6 ? "IPv6" : "IPv4")} multicast group",
            $"expected {(isIpv6 ? "one of ff00::/8" : "224.0.0.0 to 239.255.255.255")}; the line is ignored");
        return null;
    }

    private byte? ResolveTimeToLive(VrrpUnicast unicast)
    {
        if (_timeToLive is not { } statement) return null;
        if (unicast.Peers.Count > 0) return (byte)statement.Integer(0);
        diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, "'unicast_ttl' stands without a peer", "by multicast the time to live is 255; it is ignored");
        return null;
    }

    /// <summary>An interface is in one VRF or none; it is asked for only where there is no interface.</summary>
    private string? ResolveVrf(VrrpInstance instance)
    {
        if (_vrf is not { } statement || instance.Interface.Length == 0) return _vrf?.Text(0);
        diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, "'vrf' stands beside 'interface'", "the interface's own VRF counts; it is ignored");
        return null;
    }

    private bool ResolveClaim(AddressFamily? family)
    {
        if (_claim is not { } statement || family != AddressFamily.InterNetwork) return _claim is not null;
        diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, "'native_ipv6' stands beside addresses of IPv4", "the addresses decide; it is ignored");
        return false;
    }

    /// <summary>Version 2 counts whole seconds, version 3 units of 10 ms in 12 bits (RFC 5798 section 5.2.7).</summary>
    private TimeSpan ResolveInterval(int version)
    {
        if (_interval is not { } statement) return TimeSpan.FromSeconds(1);
        TimeSpan wanted = statement.Time(0);
        TimeSpan longest = TimeSpan.FromMilliseconds(40_950);
        if (version == 3 && wanted > longest)
        {
            diagnostics.Add(DiagnosticCatalog.OutOfRange, statement.SpanOf(0), $"'advert_int {statement.Text(0)}' is out of the range of VRRP version 3", "expected at most 40.95 seconds; 40.95 is used");
            return longest;
        }

        TimeSpan unit = version == 3 ? TimeSpan.FromMilliseconds(10) : TimeSpan.FromSeconds(1);
        long units = Math.Max(1, (wanted.Ticks + (unit.Ticks / 2)) / unit.Ticks);
        TimeSpan rounded = units * unit;
        if (rounded != wanted)
        {
            string counts = version == 3 ? "in units of 10 ms" : "whole seconds";
            diagnostics.Add(
                DiagnosticCatalog.RoundedValue, statement.SpanOf(0), $"VRRP version {version} counts {counts}", $"{rounded.TotalSeconds:0.##} s is used");
        }

        return rounded;
    }
}
