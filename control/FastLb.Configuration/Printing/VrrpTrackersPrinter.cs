using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes what an instance or a sync group tracks.</summary>
internal static class VrrpTrackersPrinter
{
    private const string InterfaceList = "track_interface";

    /// <summary>The lists that are not empty.</summary>
    public static void Print(BlockWriter writer, VrrpTrackers trackers)
    {
        Print(writer, InterfaceList, trackers.Interfaces);
        Print(writer, "track_script", trackers.Scripts);
        Print(writer, "track_file", trackers.Files);
        Print(writer, "track_process", trackers.Processes);
        Print(writer, "track_bfd", trackers.BfdSessions);
    }

    /// <summary>The parameters of <c>weight</c> in a definition.</summary>
    public static string[] Words(TrackerWeight weight) => weight.IsReversed ? [Number(weight.Value), "reverse"] : [Number(weight.Value)];

    private static void Print(BlockWriter writer, string keyword, ValueList<Tracker> trackers)
    {
        if (trackers.Count == 0) return;
        writer.Open(keyword);
        foreach (Tracker tracker in trackers)
        {
            writer.Line(BlockWriter.Quoted(tracker.Name), tracker.Weight is { } weight ? WordsOfLine(weight, keyword) : []);
        }

        writer.Close();
    }

    /// <summary>Without a word for it, a line is reversed if its definition is; an interface has no definition.</summary>
    private static string[] WordsOfLine(TrackerWeight weight, string list) =>
        weight.IsReversed || list == InterfaceList ? ["weight", .. Words(weight)] : ["weight", .. Words(weight), "noreverse"];
}
