using System.Collections.Immutable;

namespace FastLb.Configuration.Keywords;

/// <summary>Writes down the keywords of one block.</summary>
internal sealed class KeywordList(BlockContext context)
{
    /// <summary>Seconds that keepalived keeps as microseconds in 32 bits.</summary>
    private const decimal LongestShortTime = 4294.967295m;

    private readonly List<KeywordEntry> _entries = [];

    public ImmutableArray<KeywordEntry> Entries => [.. _entries];

    /// <summary>Keywords (separated by blanks) that open no block and take the same parameters.</summary>
    public KeywordList Add(string names, Feature feature, params ReadOnlySpan<Argument> arguments)
    {
        foreach (string name in names.Split(' ')) _entries.Add(new KeywordEntry(name, context, feature, [.. arguments], Body: null));
        return this;
    }

    /// <summary>Keywords (separated by blanks) that open a block.</summary>
    public KeywordList AddBlock(string names, Feature feature, BlockContext body, params ReadOnlySpan<Argument> arguments)
    {
        foreach (string name in names.Split(' ')) _entries.Add(new KeywordEntry(name, context, feature, [.. arguments], body));
        return this;
    }

    /// <summary>Keywords whose statement is ignored, not fatal, when a parameter is missing.</summary>
    public KeywordList AddLenient(string names, Feature feature, params ReadOnlySpan<Argument> arguments)
    {
        foreach (string name in names.Split(' '))
        {
            _entries.Add(new KeywordEntry(name, context, feature, [.. arguments], Body: null) { MissingParameterIsFatal = false });
        }

        return this;
    }

    /// <summary>A keyword that keepalived asks to replace by <paramref name="replacement"/>.</summary>
    public KeywordList AddDeprecated(string name, string replacement, Feature feature, params ReadOnlySpan<Argument> arguments)
    {
        _entries.Add(new KeywordEntry(name, context, feature, [.. arguments], Body: null) { ReplacedBy = replacement });
        return this;
    }

    public static Argument Text(string name) => new TextArgument(name);

    public static Argument Rest(string name) => new RestArgument(name);

    public static Argument OptionalRest(string name) => new RestArgument(name) { IsOptional = true };

    /// <summary>One or more parameters of the same kind.</summary>
    public static Argument Each(Argument kind) => new RestArgument($"{kind.Name}…", kind);

    /// <summary>A network interface's name: at most 15 characters (IFNAMSIZ with its NUL is 16).</summary>
    public static Argument Interface { get; } = new TextArgument("INTERFACE", MaximumLength: 15);

    public static Argument Address { get; } = new AddressArgument("ADDRESS");

    public static IntegerArgument Port { get; } = new("PORT", 1, ushort.MaxValue);

    public static Argument OptionalSwitch { get; } = new SwitchArgument("BOOL") { IsOptional = true };

    public static IntegerArgument Integer(string name, long minimum, long maximum) => new(name, minimum, maximum);

    /// <summary>A count of which 1 is taken when it is 0.</summary>
    public static IntegerArgument Count(string name) => new(name, 1, uint.MaxValue) { InsteadOfTooSmall = "1" };

    public static TimeArgument Time(decimal minimum = 0, decimal maximum = LongestShortTime) => new("SECONDS", minimum, maximum);

    /// <summary>A duration that must not be zero.</summary>
    public static TimeArgument PositiveTime(decimal maximum = LongestShortTime) => new("SECONDS", 0.000001m, maximum);

    /// <summary>Milliseconds with microseconds; keepalived keeps the microseconds in 32 bits.</summary>
    public static TimeArgument Milliseconds(decimal minimum) => new("MILLISECONDS", minimum, 4_294_967m) { IsMilliseconds = true };

    /// <summary>A period between probes: bounded by what a timer takes, 49 days.</summary>
    public static TimeArgument Period { get; } = new("SECONDS", 0.000001m, 4_294_967.294m);

    public static ChoiceArgument Choice(string name, params ReadOnlySpan<(string Word, Feature Feature)> choices) => new(name, IgnoresCase: false, [.. choices]);
}
