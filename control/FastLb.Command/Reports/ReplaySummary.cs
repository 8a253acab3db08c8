using System.Globalization;
using System.Net;
using System.Text;
using FastLb.DataplaneChannel.Messages;
using FastLb.Replay;
using FastLb.Replay.Explanations;
using FastLb.Replay.Live;

namespace FastLb.Command.Reports;

/// <summary>What became of a capture, as text.</summary>
internal static class ReplaySummary
{
    public static string Render(ReplayReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Capture        {report.Capture}: {report.Frames} frames, {report.Bytes} bytes, {report.Seconds:0.000} s");
        text.AppendLine(CultureInfo.InvariantCulture, $"Director       {string.Join(", ", report.DirectorMacs)}");
        if (report.OtherMacs.Count > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"               frames to virtual services go to {string.Join(", ", report.OtherMacs)} too; --mac says who the director is");
        if (report.Truncated > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"Truncated      {report.Truncated} frames: the capture has only their beginning");
        if (report.TimestampsClamped > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"Clock          {report.TimestampsClamped} timestamps went back and were taken for the latest before");
        text.AppendLine(CultureInfo.InvariantCulture, $"Flows          {report.Flows} at the end");
        AppendServices(text, report.Services);
        text.AppendLine();
        text.AppendLine("Verdict                   Frames         Bytes");
        foreach (ReasonTraffic reason in report.Reasons)
            text.AppendLine(CultureInfo.InvariantCulture, $"{reason.Reason,-20} {reason.Frames,11} {reason.Bytes,13}  {reason.Words}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Left to the kernel: {report.LeftToKernel.BySteering + report.LeftToKernel.ByPipeline} frames, {report.LeftToKernel.BySteering} of them by steering, {report.LeftToKernel.ByPipeline} by the pipeline");
        text.Append(CultureInfo.InvariantCulture, $"Steering: {string.Join(", ", report.Steering.Where(outcome => outcome.Value != 0).Select(outcome => $"{outcome.Key} {outcome.Value}"))}");
        return text.ToString();
    }

    public static string Render(LiveReplayReport report)
    {
        string left = (report.Truncated, report.TooLong) == (0, 0)
            ? string.Empty
            : $"; left out: {report.Truncated} that the capture has only the beginning of, {report.TooLong} too long for the interface";
        double rate = report.Seconds > 0 ? report.Sent / report.Seconds : 0;
        return $"{report.Sent} frames, {report.Bytes} bytes sent by {report.Interface} in {report.Seconds:0.0} s ({rate:0}/s){left}";
    }

    private static void AppendServices(StringBuilder text, IReadOnlyList<ServiceStatus> services)
    {
        text.AppendLine();
        text.AppendLine("Prot LocalAddress:Port Scheduler");
        text.AppendLine("  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn      Conns    Packets         Bytes    Replies");
        foreach (ServiceStatus service in services)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{ExplanationLine.NameOf(service.Protocol),-4} {new IPEndPoint(service.Address, service.Port)} {service.Scheduler}");
            foreach (ServerStatus server in service.Servers)
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"  -> {new IPEndPoint(server.Address, server.Port),-28} {ExplanationLine.NameOf(server.Method),-7} {server.Weight,-6} {server.ActiveConnections,-10} {server.InactiveConnections,-9} {server.Connections,10} {server.Packets,10} {server.Bytes,13} {server.ReplyPackets,10}");
            }
        }
    }
}
