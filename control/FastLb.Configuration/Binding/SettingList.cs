using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Gathers the statements that are kept as they are.</summary>
internal static class SettingList
{
    /// <summary><paramref name="settings"/> with that of <paramref name="statement"/>, in the place of an earlier one of the same keyword: the last counts.</summary>
    public static ValueList<Setting> With(ValueList<Setting> settings, CheckedStatement statement)
    {
        var setting = new Setting(statement.Name, [.. statement.Arguments]);
        return settings.Any(s => s.Keyword == setting.Keyword) ? [.. settings.Select(s => s.Keyword == setting.Keyword ? setting : s)] : [.. settings, setting];
    }
}
