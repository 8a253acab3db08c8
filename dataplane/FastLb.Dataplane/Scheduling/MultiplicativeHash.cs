namespace FastLb.Dataplane.Scheduling;

/// <summary>The kernel's hash_32 to eight bits, by which dh and sh find one of 256 places.</summary>
internal static class MultiplicativeHash
{
    public const int Places = 256;

    private const uint GoldenRatio = 0x61C88647;

    public static int Of(uint value) => (int)(value * GoldenRatio >> 24);
}
