using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>Reads <c>persistence_granularity</c>: a netmask for IPv4, the length of a prefix for IPv6.</summary>
internal static class PersistenceMaskReader
{
    private const int AddressBits = 128;

    /// <summary>Reads the parameter.</summary>
    /// <param name="statement">What is read.</param>
    /// <param name="family">The service's family.</param>
    /// <param name="diagnostics">Where faults go.</param>
    /// <returns>The bits of an address of that family that count; null when it is faulty, which has been reported.</returns>
    public static IPAddress? Read(CheckedStatement statement, AddressFamily family, DiagnosticBag diagnostics)
    {
        string text = statement.Text(0);
        if (family == AddressFamily.InterNetworkV6)
        {
            if (IntegerArgument.TryParse(text, out long length) && length is >= 1 and <= AddressBits) return ToMask((int)length);
            diagnostics.Add(
                DiagnosticCatalog.InvalidValue, statement.SpanOf(0), $"'{text}' is no length of an IPv6 prefix", $"expected 1 to {AddressBits}; the line is ignored");
            return null;
        }

        if (NumericAddress.TryParse(text, out IPAddress? mask) && mask.AddressFamily == AddressFamily.InterNetwork) return mask;
        diagnostics.Add(DiagnosticCatalog.InvalidValue, statement.SpanOf(0), $"'{text}' is no netmask", "expected such as 255.255.255.0; the line is ignored");
        return null;
    }

    private static IPAddress ToMask(int length)
    {
        byte[] mask = new byte[AddressBits / 8];
        for (int bit = 0; bit < length; bit++) mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new IPAddress(mask);
    }
}
