using System.Xml;
using FastLb.Bench.Measures;
using FastLb.Bench.Paths;

namespace FastLb.Bench.Results;

/// <summary>The report as a picture: bars of medians, with a line from the least to the greatest round.</summary>
public static class ComparisonChart
{
    private const int Width = 860, LabelWidth = 210, BarWidth = 520, RowHeight = 24, BarHeight = 14, PanelHeader = 44, Margin = 20;
    private const string Svg = "http://www.w3.org/2000/svg";

    /// <summary>Writes it as SVG.</summary>
    public static void Write(BenchReport report, string path)
    {
        Panel[] panels =
        [
            new("Packets per second, thousands (more is better)", 1e-3, "0", path => path.Kind == PathKind.Dropped ? null : path.PerSecond),
            new("Processor time for each packet beyond the generator's, ns (less is better)", 1, "0", path => path.MarginalNanoseconds),
            new("Round trip, 99th percentile, µs (less is better)", 1, "0.0", path => path.LatencyP99),
            new("Connections per second, thousands (more is better)", 1e-3, "0.0", path => path.ConnectionsPerSecond),
        ];
        int rows = panels.Sum(panel => report.Paths.Count(path => panel.Figure(path) is not null));
        int height = (2 * Margin) + PanelHeader + (panels.Length * PanelHeader) + (rows * RowHeight);

        using XmlWriter writer = XmlWriter.Create(path, new XmlWriterSettings { Indent = true });
        writer.WriteStartElement("svg", Svg);
        Attributes(writer, ("width", $"{Width}"), ("height", $"{height}"), ("viewBox", $"0 0 {Width} {height}"), ("font-family", "sans-serif"), ("font-size", "12"));
        Rectangle(writer, 0, 0, Width, height, "#ffffff");
        Text(writer, Margin, Margin + 8, "FastLb and the kernel", "start", 16);
        Text(writer, Margin, Margin + 26, Describe(report), "start", 11);
        int top = Margin + PanelHeader;
        foreach (Panel panel in panels)
            top = Draw(writer, panel, report.Paths, top);
        writer.WriteEndElement();
    }

    private static string Describe(BenchReport report) =>
        $"{report.Machine.Processor}, {report.Machine.Processors} processors, Linux {report.Machine.Kernel}, {report.FrameLength}-byte frames of {report.Flows} flows; median of {report.Rounds} rounds, lines from the least to the greatest";

    private static int Draw(XmlWriter writer, Panel panel, IReadOnlyList<PathReport> paths, int top)
    {
        (PathReport Path, Spread Figure)[] rows = [.. paths.Where(path => panel.Figure(path) is not null).Select(path => (path, panel.Figure(path)!.Value))];
        if (rows.Length == 0)
            return top;
        double scale = BarWidth / Math.Max(rows.Max(row => row.Figure.Most), double.Epsilon);
        Text(writer, Margin, top + 26, panel.Title, "start", 13);
        top += PanelHeader - 8;
        foreach ((PathReport path, Spread figure) in rows)
        {
            int left = Margin + LabelWidth, middle = top + (RowHeight / 2);
            Text(writer, left - 8, middle + 4, path.Name, "end", 12);
            Rectangle(writer, left, middle - (BarHeight / 2), Length(figure.Median, scale), BarHeight, ColourOf(path.Kind));
            writer.WriteStartElement("line", Svg);
            Attributes(writer, ("x1", Number(left + Length(figure.Least, scale))), ("x2", Number(left + Length(figure.Most, scale))), ("y1", $"{middle}"), ("y2", $"{middle}"), ("stroke", "#333333"), ("stroke-width", "1.5"));
            writer.WriteEndElement();
            Text(writer, left + Length(figure.Most, scale) + 6, middle + 4, (figure.Median * panel.Unit).ToString(panel.Format), "start", 11);
            top += RowHeight;
        }

        return top + 8;
    }

    // A difference may come out below nothing.
    private static double Length(double figure, double scale) => Math.Max(0, figure * scale);

    private static string ColourOf(PathKind kind) => kind switch
    {
        PathKind.FastLb => "#2b7a4b",
        PathKind.Kernel => "#c0803a",
        _ => "#8a8f98",
    };

    private static void Rectangle(XmlWriter writer, double x, double y, double width, double height, string colour)
    {
        writer.WriteStartElement("rect", Svg);
        Attributes(writer, ("x", Number(x)), ("y", Number(y)), ("width", Number(width)), ("height", Number(height)), ("fill", colour));
        writer.WriteEndElement();
    }

    private static void Text(XmlWriter writer, double x, double y, string text, string anchor, int size)
    {
        writer.WriteStartElement("text", Svg);
        Attributes(writer, ("x", Number(x)), ("y", Number(y)), ("text-anchor", anchor), ("font-size", $"{size}"), ("fill", "#222222"));
        writer.WriteString(text);
        writer.WriteEndElement();
    }

    private static void Attributes(XmlWriter writer, params (string Name, string Value)[] attributes)
    {
        foreach ((string name, string value) in attributes)
            writer.WriteAttributeString(name, value);
    }

    private static string Number(double value) => value.ToString("0.#");

    /// <param name="Title">With the unit.</param>
    /// <param name="Unit">What a figure is multiplied with before it is written.</param>
    /// <param name="Format">How it is written.</param>
    /// <param name="Figure">Null where the path has none.</param>
    private sealed record Panel(string Title, double Unit, string Format, Func<PathReport, Spread?> Figure);
}
