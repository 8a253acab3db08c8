using System.Globalization;
using System.Net;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>A statement whose keyword is known and whose parameters are of the right kind and in range, so that reading them cannot fail.</summary>
/// <param name="Entry">The keyword's entry in the table.</param>
/// <param name="Syntax">The statement as written.</param>
/// <param name="Arguments">The parameters, with the replacements of those that were faulty.</param>
internal sealed record CheckedStatement(KeywordEntry Entry, StatementSyntax Syntax, string[] Arguments)
{
    public string Name => Entry.Name;

    /// <summary>The block; only keywords that open one have it, and those always.</summary>
    public BlockSyntax Block => Syntax.Block ?? throw new InvalidOperationException($"'{Name}' was accepted without its block.");

    public bool Has(int index) => index < Arguments.Length;

    public string Text(int index) => Arguments[index];

    public long Integer(int index) => long.Parse(Arguments[index], CultureInfo.InvariantCulture);

    /// <summary>A duration in whole seconds.</summary>
    public TimeSpan Seconds(int index) => TimeSpan.FromSeconds(Integer(index));

    /// <summary>A duration with microseconds.</summary>
    public TimeSpan Time(int index) =>
        TimeArgument.TryParse(Arguments[index], out decimal seconds, out _)
            ? new TimeSpan((long)(seconds * TimeSpan.TicksPerSecond))
            : throw new InvalidOperationException($"'{Name}' was accepted without its duration.");

    /// <summary>A duration that is given in milliseconds, with microseconds.</summary>
    public TimeSpan Milliseconds(int index) =>
        TimeArgument.TryParse(Arguments[index], decimals: 3, out decimal milliseconds, out _)
            ? new TimeSpan((long)(milliseconds * TimeSpan.TicksPerMillisecond))
            : throw new InvalidOperationException($"'{Name}' was accepted without its duration.");

    /// <summary>A switch; on when its parameter is left out.</summary>
    public bool Switch(int index) => !Has(index) || SwitchArgument.Parse(Arguments[index]) == true;

    public IPAddress Address(int index) =>
        NumericAddress.TryParse(Arguments[index], out IPAddress? address) ? address : throw new InvalidOperationException($"'{Name}' was accepted without its address.");

    /// <summary>Where parameter number <paramref name="index"/> stands.</summary>
    public SourceSpan SpanOf(int index) => Syntax.Words[index + 1].Span;
}
