using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Servers;

/// <summary>Binds <c>sorry_server</c> with what is said of it.</summary>
internal sealed class SorryServerBinder(DiagnosticBag diagnostics)
{
    /// <summary>Binds what a virtual server says of its sorry server.</summary>
    /// <returns>Null when there is none, or it is left out, which has been reported.</returns>
    public SorryServer? Bind(VirtualServerDraft draft, RealServerDefaults defaults)
    {
        if (draft.SorryServer is not { } statement || EndpointReader.Read(statement, diagnostics) is not var (address, port)) return null;
        Forwarding forwarding = draft.SorryForwarding ?? defaults.Forwarding;
        if (address.AddressFamily != defaults.Family && forwarding.Method != ForwardingMethod.Tunnel)
        {
            diagnostics.Add(
                DiagnosticCatalog.AddressFamilyMismatch, statement.SpanOf(0), $"'{statement.Text(0)}' is not of the family of the virtual server {defaults.Address}",
                "the sorry server is left out");
            return null;
        }

        if (port != 0 && port != defaults.Port && forwarding.Method != ForwardingMethod.Nat)
        {
            diagnostics.Add(
                DiagnosticCatalog.PortReset, statement.SpanOf(1), $"port {port} of the sorry server is not the service's port {defaults.Port}",
                $"{KeywordNames.Of(forwarding.Method)} does not change ports; {defaults.Port} is used");
        }

        ushort actualPort = port == 0 || forwarding.Method != ForwardingMethod.Nat ? defaults.Port : port;
        return new SorryServer(address, actualPort)
        {
            Origin = new Origin(statement.SpanOf(0)),
            Method = forwarding.Method,
            Tunnel = forwarding.Tunnel,
            InhibitOnQuorum = draft.SorryInhibit,
        };
    }
}
