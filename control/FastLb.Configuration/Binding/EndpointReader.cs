using System.Globalization;
using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;

namespace FastLb.Configuration.Binding;

/// <summary>Reads <c>ADDRESS [PORT]</c> after <c>virtual_server</c>, <c>real_server</c> and <c>sorry_server</c>.</summary>
internal static class EndpointReader
{
    /// <summary>Reads the first two parameters.</summary>
    /// <returns>The address, and the port (0 when left out); null when one is faulty, which has been reported.</returns>
    public static (IPAddress Address, ushort Port)? Read(CheckedStatement statement, DiagnosticBag diagnostics)
    {
        bool isValid = true;
        if (!NumericAddress.TryParse(statement.Text(0), out IPAddress? address))
        {
            diagnostics.Add(
                DiagnosticCatalog.InvalidAddress, statement.SpanOf(0), $"'{statement.Text(0)}' is no address",
                $"expected a numeric IPv4 or IPv6 address; the {statement.Name} is left out");
            isValid = false;
        }

        ushort port = 0;
        if (statement.Has(1) && !ushort.TryParse(statement.Text(1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            diagnostics.Add(
                DiagnosticCatalog.InvalidAddress, statement.SpanOf(1), $"'{statement.Text(1)}' is no port", $"expected 0 to 65535; the {statement.Name} is left out");
            isValid = false;
        }

        return isValid && address is not null ? (address, port) : null;
    }
}
