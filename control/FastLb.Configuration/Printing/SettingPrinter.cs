using FastLb.Configuration.Model;

namespace FastLb.Configuration.Printing;

/// <summary>Writes the settings that are kept as they are.</summary>
internal static class SettingPrinter
{
    public static void Print(BlockWriter writer, IEnumerable<Setting> settings)
    {
        foreach (Setting setting in settings) writer.Line(setting.Keyword, [.. setting.Values]);
    }
}
