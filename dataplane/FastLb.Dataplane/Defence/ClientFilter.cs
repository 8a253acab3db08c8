using System.Numerics;

namespace FastLb.Dataplane.Defence;

/// <summary>What is to become of the packets of the clients in a prefix.</summary>
/// <param name="Address">The prefix's first address, an IPv4 address as a number.</param>
/// <param name="Length">Bits that count, 0 to 32.</param>
/// <param name="IsDenied">Whether they are dropped.</param>
public readonly record struct ClientRule(uint Address, int Length, bool IsDenied);

/// <summary>
/// Tells whose packets are dropped: of all prefixes that an address lies in the longest decides, and without any it is not denied. Made once, off the packet path:
/// the prefixes are cut into ranges that don't overlap, and an index by an address's first bits leads to the few that may hold it.
/// </summary>
public sealed class ClientFilter
{
    private const int MostIndexBits = 16;

    private readonly uint[] _starts;
    private readonly bool[] _isDenied;
    private readonly int[] _index;
    private readonly int _shift;

    /// <param name="rules">In any order; of two for the same prefix the last counts.</param>
    public ClientFilter(IReadOnlyCollection<ClientRule> rules)
    {
        (_starts, _isDenied) = new RangeCutter().Cut(rules);
        int bits = Math.Clamp(BitOperations.Log2((uint)_starts.Length) + 1, 1, MostIndexBits);
        _shift = 32 - bits;
        _index = new int[(1 << bits) + 1];
        int range = 0;
        for (uint block = 0; block < 1u << bits; block++)
        {
            while (range + 1 < _starts.Length && _starts[range + 1] <= block << _shift)
                range++;
            _index[block] = range;
        }

        _index[^1] = _starts.Length - 1;
    }

    /// <summary>Whether packets of this client, an IPv4 address as a number, are dropped.</summary>
    public bool Denies(uint client)
    {
        uint block = client >> _shift;
        int low = _index[block];
        int high = _index[block + 1];
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_starts[middle] <= client)
                low = middle;
            else
                high = middle - 1;
        }

        return _isDenied[low];
    }

    /// <summary>Goes through the prefixes in the order of their addresses, those that lie around the present place on a stack, the innermost on top.</summary>
    private sealed class RangeCutter
    {
        private readonly List<uint> _starts = [0];
        private readonly List<bool> _isDenied = [false];
        private readonly Stack<(ulong Behind, bool IsDenied)> _around = new([(1ul << 32, false)]);

        public (uint[] Starts, bool[] IsDenied) Cut(IEnumerable<ClientRule> rules)
        {
            foreach (ClientRule rule in rules.OrderBy(rule => rule.Address).ThenBy(rule => rule.Length))
            {
                LeaveBefore(rule.Address);
                _around.Push((rule.Address + (1ul << (32 - rule.Length)), rule.IsDenied));
                Begin(rule.Address, rule.IsDenied);
            }

            LeaveBefore((1ul << 32) - 1);
            return ([.. _starts], [.. _isDenied]);
        }

        private void LeaveBefore(ulong address)
        {
            while (_around.Peek().Behind <= address)
            {
                ulong behind = _around.Pop().Behind;
                Begin((uint)behind, _around.Peek().IsDenied);
            }
        }

        private void Begin(uint start, bool isDenied)
        {
            if (_starts[^1] == start)
            {
                _isDenied[^1] = isDenied;
                return;
            }

            _starts.Add(start);
            _isDenied.Add(isDenied);
        }
    }
}
