namespace FastLb.Dataplane.Scheduling;

/// <summary>The greatest common divisor of weights; that of a weight and 0 is the weight.</summary>
internal static class CommonDivisor
{
    public static int Of(int left, int right) => right == 0 ? left : Of(right, left % right);
}
