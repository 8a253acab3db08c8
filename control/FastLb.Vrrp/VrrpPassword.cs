using System.Buffers.Binary;
using System.Text;

namespace FastLb.Vrrp;

/// <summary>
/// The password of <see cref="AuthenticationType.SimpleTextPassword"/>: eight bytes, padded with zeros. As it is one number, comparing two takes the
/// same time whatever they have in common.
/// </summary>
public readonly struct VrrpPassword : IEquatable<VrrpPassword>
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = sizeof(ulong);

    private readonly ulong _value;

    private VrrpPassword(ulong value) => _value = value;

    /// <summary>The first eight bytes of a text in UTF-8, as keepalived cuts it off.</summary>
    public static VrrpPassword FromText(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes.Clear();
        ReadOnlySpan<byte> all = Encoding.UTF8.GetBytes(text);
        all[..Math.Min(all.Length, Length)].CopyTo(bytes);
        return Read(bytes);
    }

    /// <summary>Reads eight bytes.</summary>
    public static VrrpPassword Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes));

    /// <summary>Writes eight bytes.</summary>
    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt64BigEndian(bytes, _value);

    public static bool operator ==(VrrpPassword left, VrrpPassword right) => left.Equals(right);

    public static bool operator !=(VrrpPassword left, VrrpPassword right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(VrrpPassword other) => _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VrrpPassword other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>A placeholder: a password must not appear in logs.</summary>
    public override string ToString() => "********";
}
