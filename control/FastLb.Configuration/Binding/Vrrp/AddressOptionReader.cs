using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Reads the options of an address that have a value.</summary>
internal sealed class AddressOptionReader(DiagnosticBag diagnostics)
{
    /// <summary>IFNAMSIZ without the NUL: the kernel keeps a label in a field of an interface name's size.</summary>
    private const int MaximumLabelLength = 15;

    /// <summary>Applies <paramref name="option"/> with its <paramref name="value"/>.</summary>
    /// <returns>Null when the address is left out; the reason has been reported.</returns>
    public VirtualAddress? Apply(VirtualAddress address, string option, Token value)
    {
        switch (option)
        {
            case "dev":
                return address with { Device = value.Text };
            case "label" when value.Text.Length > MaximumLabelLength:
                diagnostics.Add(
                    DiagnosticCatalog.InvalidValue, value.Span, $"the label '{value.Text}' is longer than {MaximumLabelLength} characters", "the address is left out");
                return null;
            case "label":
                return address with { Label = value.Text };
            case "scope":
                return ApplyScope(address, value);
            case "brd" or "broadcast":
                return ApplyBroadcast(address, value);
            case "peer":
                return ApplyPeer(address, value);
            case "preferred_lft":
                return ApplyLifetime(address, value);
            default:
                return address;
        }
    }

    private VirtualAddress ApplyPeer(VirtualAddress address, Token value)
    {
        if (NumericAddress.TryParse(value.Text, out IPAddress? peer) && peer.AddressFamily == address.Address.AddressFamily) return address with { Peer = peer };
        diagnostics.Add(DiagnosticCatalog.AddressFamilyMismatch, value.Span, $"the peer '{value.Text}' is not of the family of its address", "'peer' is ignored");
        return address;
    }

    private VirtualAddress ApplyLifetime(VirtualAddress address, Token value)
    {
        if (value.Text == "forever") return address with { PreferredLifetime = Timeout.InfiniteTimeSpan };
        if (uint.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds)) return address with { PreferredLifetime = TimeSpan.FromSeconds(seconds) };
        diagnostics.Add(DiagnosticCatalog.InvalidValue, value.Span, $"'{value.Text}' is no lifetime", $"expected whole seconds up to {uint.MaxValue}, or 'forever'; 'preferred_lft' is ignored");
        return address;
    }

    private VirtualAddress ApplyScope(VirtualAddress address, Token value)
    {
        byte? scope = value.Text switch
        {
            "global" => 0,
            "site" => 200,
            "link" => 253,
            "host" => 254,
            "nowhere" => 255,
            _ => byte.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) ? number : null,
        };
        if (scope is { } known) return address with { Scope = known };
        diagnostics.Add(
            DiagnosticCatalog.InvalidValue, value.Span, $"'{value.Text}' is no scope", "expected global, site, link, host, nowhere or 0 to 255; global is used");
        return address;
    }

    private VirtualAddress? ApplyBroadcast(VirtualAddress address, Token value)
    {
        if (value.Text is "+" or "-") return address with { Broadcast = DeriveBroadcast(address, hostBits: value.Text == "+") };
        if (NumericAddress.TryParse(value.Text, out IPAddress? broadcast) && broadcast.AddressFamily == AddressFamily.InterNetwork)
        {
            return address with { Broadcast = broadcast };
        }

        diagnostics.Add(DiagnosticCatalog.InvalidAddress, value.Span, $"'{value.Text}' is no broadcast address", "the address is left out");
        return null;
    }

    /// <summary>The address with its host bits all set or all clear; null where the prefix leaves no room for one, as ip(8) has it.</summary>
    private static IPAddress? DeriveBroadcast(VirtualAddress address, bool hostBits)
    {
        if (address.Address.AddressFamily != AddressFamily.InterNetwork || address.PrefixLength > 30) return null;
        Span<byte> bytes = stackalloc byte[4];
        if (!address.Address.TryWriteBytes(bytes, out _)) return null;
        uint hostMask = address.PrefixLength == 0 ? uint.MaxValue : (1u << (32 - address.PrefixLength)) - 1;
        uint number = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, hostBits ? number | hostMask : number & ~hostMask);
        return new IPAddress(bytes);
    }
}
