using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastLb.Dataplane.Services;

/// <summary>
/// A set of IPv4 addresses made once and asked for every packet: open addressing, at most half full, so that an answer mostly takes one load.
/// 0.0.0.0, which no packet is sent to, can't be in it.
/// </summary>
internal readonly struct AddressSet
{
    private readonly uint[] _places;
    private readonly int _shift;

    public AddressSet(ReadOnlySpan<uint> addresses)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, addresses.Length * 2));
        _places = new uint[size];
        _shift = 32 - BitOperations.Log2((uint)size);
        foreach (uint address in addresses)
        {
            int place = PlaceOf(address);
            while (_places[place] != 0)
                place = (place + 1) & (size - 1);
            _places[place] = address;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(uint address)
    {
        uint[] places = _places;
        for (int place = PlaceOf(address); ; place++)
        {
            uint found = places[place & (places.Length - 1)];
            if (found == address)
                return true;
            if (found == 0)
                return false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int PlaceOf(uint address) => (int)((address * 0x9E3779B1) >> _shift);
}
