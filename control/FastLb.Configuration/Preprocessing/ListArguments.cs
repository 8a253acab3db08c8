using System.Buffers;
using System.Collections.Immutable;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// The arguments of <c>~LST</c>: a variable and its values, <c>(v, a, b)</c>, or several variables and tuples of values, <c>({x,y}, {1,2}, {3})</c>. Values hold
/// neither blanks nor quotes; what a tuple lacks is empty.
/// </summary>
internal static class ListArguments
{
    private static readonly SearchValues<char> Excluded = SearchValues.Create(" \t\f\r\v\"");

    /// <summary>Reads what stands between the parentheses.</summary>
    /// <returns>The loop, or what is wrong.</returns>
    public static (ValueLoop? Loop, string? Fault) Read(string arguments, SourceSpan place)
    {
        List<string>? items = Split(arguments);
        if (items is null) return (null, "the braces do not match");
        if (items.Count < 2) return (null, "a list has a variable and at least one value");
        ImmutableArray<string> variables = Members(items[0]);
        foreach (string variable in variables)
        {
            if (!NameRules.IsName(variable)) return (null, $"'{variable}' is no name of a variable");
        }

        ImmutableArray<ImmutableArray<string>>.Builder values = ImmutableArray.CreateBuilder<ImmutableArray<string>>(items.Count - 1);
        foreach (string item in items.Skip(1))
        {
            ImmutableArray<string> tuple = Members(item);
            if (tuple.Length > variables.Length) return (null, $"'{item}' has {tuple.Length} values for {variables.Length} variables");
            if (tuple.FirstOrDefault(value => value.AsSpan().ContainsAny(Excluded)) is { } faulty) return (null, $"the value '{faulty}' contains a blank or a quote");
            values.Add(tuple);
        }

        return (new ValueLoop(variables, values.ToImmutable(), place), null);
    }

    /// <summary>The items between the commas that stand in no braces; null when the braces do not match.</summary>
    private static List<string>? Split(string arguments)
    {
        List<string> items = [];
        int start = 0;
        bool inBraces = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            char c = arguments[i];

            // The braces of ${NAME} are no tuple's.
            if (c == '$' && Reference.TryRead(arguments, i, out Reference reference))
            {
                i = reference.End - 1;
            }
            else if (c is '{' or '}')
            {
                if (inBraces == (c == '{')) return null;
                inBraces = !inBraces;
            }
            else if (c == ',' && !inBraces)
            {
                items.Add(arguments[start..i].Trim());
                start = i + 1;
            }
        }

        items.Add(arguments[start..].Trim());
        return inBraces ? null : items;
    }

    private static ImmutableArray<string> Members(string item) =>
        item is ['{', .. var inner, '}'] ? [.. inner.Split(',', StringSplitOptions.TrimEntries)] : [item];
}
