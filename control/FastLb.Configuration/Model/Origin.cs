using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Model;

/// <summary>
/// Where an item of the model was written, for later stages that find fault with it (an interface that is not there). Two origins are
/// always equal: items are compared by what they mean, so that a reload which merely moves a block changes nothing.
/// </summary>
public readonly struct Origin(SourceSpan span) : IEquatable<Origin>
{
    /// <summary>The characters that name the item.</summary>
    public SourceSpan Span { get; } = span;

    public static bool operator ==(Origin left, Origin right) => left.Equals(right);

    public static bool operator !=(Origin left, Origin right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Origin other) => true;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Origin;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    /// <inheritdoc/>
    public override string ToString() => Span.ToString();
}
