using System.Collections.Immutable;
using System.Globalization;

namespace FastLb.Configuration.Keywords;

/// <summary>How a parameter fails to be what its keyword takes.</summary>
public enum ArgumentFault
{
    /// <summary>It is fine.</summary>
    None,

    /// <summary>It is not of the kind asked for, such as letters for a number.</summary>
    Invalid,

    /// <summary>It is a number outside the range.</summary>
    OutOfRange,

    /// <summary>It is none of the words to choose from.</summary>
    UnknownChoice,

    /// <summary>It is usable after rounding to a microsecond.</summary>
    TooPrecise,
}

/// <summary>One parameter of a keyword: its kind, its range, and what takes its place when it is faulty.</summary>
/// <param name="Name">The name that documents it, such as <c>SECONDS</c>.</param>
public abstract record Argument(string Name)
{
    /// <summary>True when it may be left out.</summary>
    public bool IsOptional { get; init; }

    /// <summary>What is used in place of a faulty value; null when the whole statement is ignored then, which is keepalived's rule for most.</summary>
    public string? InsteadOfFaulty { get; init; }

    /// <summary>The words to choose from; null when it is of another kind.</summary>
    public virtual ChoiceArgument? Choice => null;

    /// <summary>What is expected, as a noun phrase with the range.</summary>
    public abstract string Expected { get; }

    /// <summary>Judges <paramref name="text"/>.</summary>
    public abstract ArgumentFault Check(string text);

    /// <summary>What is used in place of <paramref name="text"/> after <paramref name="fault"/>.</summary>
    public virtual string? Replacement(string text, ArgumentFault fault) => InsteadOfFaulty;
}

/// <summary>Any text.</summary>
/// <param name="Name">The name that documents it.</param>
/// <param name="MaximumLength">In characters.</param>
public sealed record TextArgument(string Name, int MaximumLength = int.MaxValue) : Argument(Name)
{
    public override string Expected => MaximumLength == int.MaxValue ? Name : $"{Name} of at most {MaximumLength} characters";

    public override ArgumentFault Check(string text) => text.Length is 0 || text.Length > MaximumLength ? ArgumentFault.Invalid : ArgumentFault.None;
}

/// <summary>All words to the end of the line.</summary>
/// <param name="Name">The name that documents them.</param>
/// <param name="Each">What every one of them must be; null when they may be anything here, and the binder looks at them.</param>
public sealed record RestArgument(string Name, Argument? Each = null) : Argument(Name)
{
    public override ChoiceArgument? Choice => Each?.Choice;

    public override string Expected => Each?.Expected ?? Name;

    public override ArgumentFault Check(string text) => Each?.Check(text) ?? ArgumentFault.None;

    public override string? Replacement(string text, ArgumentFault fault) => Each?.Replacement(text, fault);
}

/// <summary>A decimal integer.</summary>
public sealed record IntegerArgument(string Name, long Minimum, long Maximum) : Argument(Name)
{
    /// <summary>What is used in place of a number below the minimum; null when the statement is ignored then.</summary>
    public string? InsteadOfTooSmall { get; init; }

    public override string Expected => $"a whole number from {Minimum} to {Maximum}";

    public static bool TryParse(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public override ArgumentFault Check(string text)
    {
        if (!TryParse(text, out long value)) return IsAllDigits(text) ? ArgumentFault.OutOfRange : ArgumentFault.Invalid;
        return value < Minimum || value > Maximum ? ArgumentFault.OutOfRange : ArgumentFault.None;
    }

    public override string? Replacement(string text, ArgumentFault fault) =>
        InsteadOfTooSmall is not null && TryParse(text, out long value) && value < Minimum ? InsteadOfTooSmall : InsteadOfFaulty;

    private static bool IsAllDigits(string text) => text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
}

/// <summary>A duration with the decimals that a microsecond has: six of seconds, three of milliseconds.</summary>
public sealed record TimeArgument(string Name, decimal Minimum, decimal Maximum) : Argument(Name)
{
    /// <summary>True when it counts milliseconds, false when it counts seconds.</summary>
    public bool IsMilliseconds { get; init; }

    /// <summary>What is used in place of a duration below the minimum; null when the statement is ignored then.</summary>
    public string? InsteadOfTooSmall { get; init; }

    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"{(IsMilliseconds ? "milliseconds" : "seconds")} from {Minimum} to {Maximum}");

    /// <summary>Reads seconds, rounded to a microsecond.</summary>
    /// <param name="text">The parameter as written.</param>
    /// <param name="seconds">The duration.</param>
    /// <param name="rounded">True when there were more decimals than a microsecond has.</param>
    public static bool TryParse(string text, out decimal seconds, out bool rounded) => TryParse(text, decimals: 6, out seconds, out rounded);

    /// <summary>Reads a number, rounded to so many decimals.</summary>
    public static bool TryParse(string text, int decimals, out decimal number, out bool rounded)
    {
        rounded = false;
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (!decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out decimal exact))
        {
            number = 0;
            return false;
        }

        number = decimal.Round(exact, decimals);
        rounded = number != exact;
        return true;
    }

    public override ArgumentFault Check(string text)
    {
        if (!TryParse(text, IsMilliseconds ? 3 : 6, out decimal number, out bool rounded)) return ArgumentFault.Invalid;
        if (number < Minimum || number > Maximum) return ArgumentFault.OutOfRange;
        return rounded ? ArgumentFault.TooPrecise : ArgumentFault.None;
    }

    public override string? Replacement(string text, ArgumentFault fault) => fault switch
    {
        ArgumentFault.TooPrecise => text,
        ArgumentFault.OutOfRange when TryParse(text, out decimal number, out _) && number < Minimum => InsteadOfTooSmall ?? InsteadOfFaulty,
        _ => InsteadOfFaulty,
    };
}

/// <summary>A numeric IPv4 or IPv6 address.</summary>
public sealed record AddressArgument(string Name) : Argument(Name)
{
    public override string Expected => "an IPv4 or IPv6 address";

    public override ArgumentFault Check(string text) => NumericAddress.TryParse(text, out _) ? ArgumentFault.None : ArgumentFault.Invalid;
}

/// <summary>A switch: on, true, yes or off, false, no, in lower case only.</summary>
public sealed record SwitchArgument(string Name) : Argument(Name)
{
    public override string Expected => "on, true, yes, off, false or no";

    public static bool? Parse(string text) => text switch
    {
        "on" or "true" or "yes" => true,
        "off" or "false" or "no" => false,
        _ => null,
    };

    public override ArgumentFault Check(string text) => Parse(text) is null ? ArgumentFault.UnknownChoice : ArgumentFault.None;
}

/// <summary>One word of several, each with the feature that it calls for.</summary>
public sealed record ChoiceArgument(string Name, bool IgnoresCase, ImmutableArray<(string Word, Feature Feature)> Choices) : Argument(Name)
{
    public override ChoiceArgument Choice => this;

    public override string Expected => string.Join(", ", Choices.Select(c => c.Word));

    /// <summary>The feature that <paramref name="text"/> calls for; null when it is no choice.</summary>
    public Feature? FeatureOf(string text)
    {
        foreach ((string word, Feature feature) in Choices)
        {
            if (string.Equals(word, text, IgnoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)) return feature;
        }

        return null;
    }

    public override ArgumentFault Check(string text) => FeatureOf(text) is null ? ArgumentFault.UnknownChoice : ArgumentFault.None;
}
