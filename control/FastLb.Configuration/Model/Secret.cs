namespace FastLb.Configuration.Model;

/// <summary>A text that must not appear in logs, dumps or answers; only <see cref="Reveal"/> gives it away.</summary>
public sealed class Secret(string value) : IEquatable<Secret>
{
    private readonly string _value = value;

    /// <summary>The text itself; for the protocol that needs it.</summary>
    public string Reveal() => _value;

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null && _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);

    /// <summary>A placeholder.</summary>
    public override string ToString() => "********";
}
