using System.Runtime.InteropServices;

namespace FastLb.PacketIO.Workers;

/// <summary>
/// A number that is written often, in an object that may lie beside another worker's: a cache line's length before and after it is empty, so that neither
/// worker takes the line from the other.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 136)]
internal struct PaddedInt32
{
    [FieldOffset(64)]
    public int Value;
}
