using System.Collections.Immutable;
using System.Globalization;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>What a <c>~SEQ</c> or <c>~LST</c> counts through.</summary>
internal abstract record Loop
{
    /// <summary>How often the rest of the line is repeated; at least once.</summary>
    public abstract long Rounds { get; }

    /// <summary>Gives the loop's variables their values of a round, from 0. They keep the last ones afterwards.</summary>
    public abstract void SetVariables(long round, Dictionary<string, Definition> definitions);
}

/// <summary>A sequence of numbers.</summary>
/// <param name="Variable">The variable that counts.</param>
/// <param name="Start">Its first value.</param>
/// <param name="Step">What is added for each round; not 0.</param>
/// <param name="Rounds">How many values there are.</param>
/// <param name="IsHexadecimal">Whether values are written in lower-case hexadecimal digits.</param>
/// <param name="Place">The sequence itself.</param>
internal sealed record NumberLoop(string Variable, long Start, long Step, long Rounds, bool IsHexadecimal, SourceSpan Place) : Loop
{
    /// <inheritdoc/>
    public override long Rounds { get; } = Rounds;

    /// <inheritdoc/>
    public override void SetVariables(long round, Dictionary<string, Definition> definitions)
    {
        long value = Start + (round * Step);
        definitions[Variable] = Definition.OfLine(value.ToString(IsHexadecimal ? "x" : "d", CultureInfo.InvariantCulture), Place);
    }
}

/// <summary>A list of values, or of tuples of them.</summary>
/// <param name="Variables">The variables that take the values.</param>
/// <param name="Values">For each round a value for each variable; those that are missing at the end are empty.</param>
/// <param name="Place">The list itself.</param>
internal sealed record ValueLoop(ImmutableArray<string> Variables, ImmutableArray<ImmutableArray<string>> Values, SourceSpan Place) : Loop
{
    /// <inheritdoc/>
    public override long Rounds => Values.Length;

    /// <inheritdoc/>
    public override void SetVariables(long round, Dictionary<string, Definition> definitions)
    {
        ImmutableArray<string> tuple = Values[(int)round];
        for (int i = 0; i < Variables.Length; i++) definitions[Variables[i]] = Definition.OfLine(i < tuple.Length ? tuple[i] : string.Empty, Place);
    }
}
