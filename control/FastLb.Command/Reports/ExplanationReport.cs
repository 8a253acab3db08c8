using System.Globalization;
using System.Net;
using System.Text;
using FastLb.Control.Explanations;
using FastLb.DataplaneChannel.Messages;
using FastLb.Replay.Explanations;

namespace FastLb.Command.Reports;

/// <summary>What a director would do with a packet, as text.</summary>
internal static class ExplanationReport
{
    public static string Render(DirectorExplanation answer)
    {
        PacketQuestion packet = answer.Packet;
        PacketExplanation explanation = answer.Explanation;
        bool isTaken = answer.IsSteered == true || explanation.Flow is { IsReply: true };
        var text = new StringBuilder();
        string flags = packet.Protocol == TransportProtocol.Tcp ? $" {PacketQuery.FlagsOf(packet.Flags).ToUpperInvariant()}" : string.Empty;
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{ExplanationLine.NameOf(packet.Protocol)} {new IPEndPoint(packet.Source, packet.SourcePort)} > {new IPEndPoint(packet.Destination, packet.DestinationPort)}{flags}");
        Append(text, "Verdict", isTaken ? $"{explanation.Verdict}, {explanation.Reason}: {explanation.Words}" : "left to the kernel by steering");
        foreach (string note in answer.Notes)
            Append(text, "Note", note);
        if (!isTaken && explanation.Service is null)
            return text.ToString().TrimEnd();
        if (!isTaken)
            Append(text, "If it were taken", $"{explanation.Verdict}, {explanation.Reason}: {explanation.Words}");
        Append(text, "Service", explanation.Service is { } service ? ExplanationLine.NameOf(service) : null);
        Append(text, "Connection", ExplanationLine.StatesOf(explanation));
        Append(text, "Persistence", explanation.Persistence);
        Append(text, "Scheduler", explanation.Schedule);
        if (explanation.Server is { } server)
        {
            Append(text, "Server", $"{new IPEndPoint(server.Address, server.Port)}, {ExplanationLine.NameOf(server.Method)}, weight {server.Weight}");
            string vlan = server.Vlan is { } number ? $", VLAN {number}" : string.Empty;
            Append(text, "Next hop", server.Mac is { } mac ? $"{mac} on {server.Interface}{vlan}, MTU {server.Mtu}" : server.Way.ToString().ToLowerInvariant());
        }

        foreach (ExplainedChange change in explanation.Changes)
            Append(text, "Change", change.ToString());
        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-16} {value}");
    }
}
