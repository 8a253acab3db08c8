namespace FastLb.Configuration.Binding;

/// <summary>Finds statements by their keyword, for blocks in which the order of different keywords is of no account.</summary>
internal static class StatementLookup
{
    /// <summary>The last statement of <paramref name="name"/>, which is the one that counts for most keywords; null when there is none.</summary>
    public static CheckedStatement? Last(this IReadOnlyList<CheckedStatement> statements, string name) => statements.LastOrDefault(statement => statement.Name == name);

    /// <summary>What the last statement of a switch says; off when there is none.</summary>
    public static bool IsOn(this IReadOnlyList<CheckedStatement> statements, string name) => statements.Last(name)?.Switch(0) ?? false;
}
