using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds <c>mark</c> of the block <c>fastlb</c>.</summary>
internal sealed class MarkRuleBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader)
{
    private readonly AddressRangeReader _ranges = new(diagnostics, features);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when it can't be used; the reason has been reported, and stops the director.</returns>
    public MarkRule? Bind(CheckedStatement block)
    {
        AddressRange? destination = null;
        bool isWhole = true;
        var rule = new MarkRule((uint)block.Integer(0), new AddressRange(IPAddress.Any, IPAddress.Any)) { Origin = new Origin(block.SpanOf(0)) };
        foreach (CheckedStatement statement in reader.Read(block.Block))
        {
            switch (statement.Name)
            {
                case "destination":
                    destination = _ranges.Read(statement.Syntax.Words[1]);
                    if (destination is null) isWhole = false;
                    break;
                case "source":
                    if (ReadNetwork(statement) is var (network, length)) rule = rule with { Source = network, SourcePrefixLength = length };
                    else isWhole = false;
                    break;
                case "protocol":
                    rule = rule with { Protocol = KeywordNames.ToProtocol(statement.Text(0)) };
                    break;
                case "destination_port":
                    if (PortRangeReader.Read(statement.Syntax.Words[1], diagnostics) is { } ports) rule = rule with { DestinationPorts = ports };
                    else isWhole = false;
                    break;
                case "source_port":
                    if (PortRangeReader.Read(statement.Syntax.Words[1], diagnostics) is { } clientPorts) rule = rule with { SourcePorts = clientPorts };
                    else isWhole = false;
                    break;
                case "interface":
                    rule = rule with { Interface = statement.Text(0) };
                    break;
                default:
                    break;
            }
        }

        if (destination is null || !isWhole)
        {
            diagnostics.Add(
                DiagnosticCatalog.UnusableMark, block.Syntax.Span, $"the rule for firewall mark {rule.Mark} {(isWhole ? "has no destination" : "can't be used")}",
                "write 'destination' with an address, a range, or a network of the virtual addresses that it is about");
            return null;
        }

        return rule with { Destination = destination };
    }

    private (IPAddress Network, int Length)? ReadNetwork(CheckedStatement statement)
    {
        string[] parts = statement.Text(0).Split('/');
        int length = 32;
        if (parts.Length <= 2 && NumericAddress.TryParse(parts[0], out IPAddress? network) && network.AddressFamily == AddressFamily.InterNetwork
            && (parts.Length == 1 || (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= 32)))
        {
            return (network, length);
        }

        diagnostics.Add(DiagnosticCatalog.InvalidAddress, statement.SpanOf(0), $"'{statement.Text(0)}' is no network", "expected such as 192.0.2.0/24 or 192.0.2.7");
        return null;
    }
}
