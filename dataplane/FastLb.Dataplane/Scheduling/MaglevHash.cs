using System.Numerics;

namespace FastLb.Dataplane.Scheduling;

/// <summary>The hash of IPVS's mh: SipHash-1-3 (Aumasson and Bernstein) of four bytes, the low half of the result; the kernel's hsiphash where words have 64 bits.</summary>
/// <param name="Key">Both halves of the hash's key.</param>
internal readonly record struct MaglevHash(ulong Key)
{
    /// <summary>Hashes a value.</summary>
    public uint Of(uint value)
    {
        const ulong length = 4ul << 56;
        ulong word = length | value;
        var state = new State(0x736F6D6570736575 ^ Key, 0x646F72616E646F6D ^ Key, 0x6C7967656E657261 ^ Key, 0x7465646279746573 ^ Key ^ word);
        state.Round();
        state.Take(word);
        state.Round();
        state.Round();
        state.Round();
        return (uint)state.Sum;
    }

    private struct State(ulong v0, ulong v1, ulong v2, ulong v3)
    {
        private ulong _v0 = v0;
        private ulong _v1 = v1;
        private ulong _v2 = v2;
        private ulong _v3 = v3;

        public readonly ulong Sum => _v0 ^ _v1 ^ _v2 ^ _v3;

        /// <summary>Ends a word, which is the last one.</summary>
        public void Take(ulong word)
        {
            _v0 ^= word;
            _v2 ^= 0xFF;
        }

        public void Round()
        {
            _v0 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
