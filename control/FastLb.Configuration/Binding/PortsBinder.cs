using System.Globalization;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds what <c>fastlb</c> says of where and how frames are taken.</summary>
internal sealed class PortsBinder(DiagnosticBag diagnostics)
{
    private CheckedStatement? _ring;
    private CheckedStatement? _frames;

    /// <summary>The settings after <paramref name="statement"/>; null when it is about something else.</summary>
    public PortSettings? Apply(PortSettings ports, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "backends":
                ValueList<Backend> backends = [.. statement.Arguments.Select(KeywordNames.ToBackend).OfType<Backend>().Distinct()];
                return backends.Count > 0 ? ports with { Backends = backends } : ports;
            case "interfaces":
                return ports with { Interfaces = [.. statement.Arguments.Distinct(StringComparer.Ordinal)] };
            case "workers":
                return ports with { Workers = (int)statement.Integer(0) };
            case "worker_cpus":
                return ReadProcessors(statement) is { Count: > 0 } processors ? ports with { WorkerProcessors = [.. processors] } : ports;
            case "ring_size":
                if (!int.IsPow2((int)statement.Integer(0)))
                {
                    ReportRing(statement);
                    return ports;
                }

                _ring = statement;
                return ports with { RingSize = (int)statement.Integer(0) };
            case "frames_per_queue":
                _frames = statement;
                return ports with { FramesPerQueue = (int)statement.Integer(0) };
            default:
                return null;
        }
    }

    /// <summary>The settings once all blocks have been read: those that don't go together are reported, and enough frames are taken.</summary>
    public PortSettings Resolve(PortSettings ports)
    {
        if (ports.FramesPerQueue > ports.RingSize) return ports;
        int enough = 2 * ports.RingSize;
        if ((_frames ?? _ring) is { } statement && _frames is not null)
        {
            diagnostics.Add(
                DiagnosticCatalog.OutOfRange, statement.SpanOf(0), $"{ports.FramesPerQueue} frames per queue leave none to be sent: {ports.RingSize} are lent for receiving",
                $"write more than ring_size; {enough} is used", _ring?.SpanOf(0));
        }

        return ports with { FramesPerQueue = enough };
    }

    private void ReportRing(CheckedStatement statement)
    {
        int wanted = (int)statement.Integer(0), below = 1 << int.Log2(wanted);
        diagnostics.Add(
            DiagnosticCatalog.InvalidValue, statement.SpanOf(0), $"'{statement.Text(0)}' is no size of a ring: the kernel takes powers of two alone",
            $"write {below} or {Math.Min(2 * below, PortSettings.LargestRing)}; the line is ignored");
    }

    /// <summary>Numbers and ranges such as 4-7.</summary>
    private List<int> ReadProcessors(CheckedStatement statement)
    {
        List<int> processors = [];
        for (int word = 0; statement.Has(word); word++)
        {
            string text = statement.Text(word);
            int dash = text.IndexOf('-', StringComparison.Ordinal);
            if (TryRead(dash < 0 ? text : text[..dash], out int first) & TryRead(dash < 0 ? text : text[(dash + 1)..], out int last) && first <= last)
            {
                processors.AddRange(Enumerable.Range(first, last - first + 1).Except(processors));
                continue;
            }

            diagnostics.Add(
                DiagnosticCatalog.InvalidValue, statement.SpanOf(word), $"'{text}' is no processor and no range of them",
                $"expected a number from 0 to {PortSettings.MostProcessors - 1}, or two of them as in 4-7; it is ignored");
        }

        return processors;
    }

    private static bool TryRead(string text, out int processor) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out processor) && processor < PortSettings.MostProcessors;
}
