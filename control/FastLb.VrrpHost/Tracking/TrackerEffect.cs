using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tracking;

/// <summary>
/// What one tracker does to an instance, by keepalived's rules. What is up adds a positive weight, what is down subtracts a negative one; with weight 0 what is
/// down is a fault; <c>reverse</c> turns the sign, and with weight 0 it is what is up that is the fault.
/// </summary>
/// <param name="Contribution">What is added to the priority.</param>
/// <param name="IsFaulty">True when the instance can't be master.</param>
internal readonly record struct TrackerEffect(int Contribution, bool IsFaulty)
{
    /// <summary>The least product of a file's value and its weight that still moves a priority; below it is a fault.</summary>
    private const int LeastProduct = -253;

    private const int GreatestProduct = 253;

    /// <summary>Nothing.</summary>
    public static readonly TrackerEffect None;

    private static readonly TrackerEffect Fault = new(0, IsFaulty: true);

    /// <summary>The effect of a tracker; none as long as nothing is known of what it tracks.</summary>
    public static TrackerEffect Of(TrackerKind kind, TrackedState state, TrackerWeight weight)
    {
        if (weight.Value == 0)
            return state.IsUp == weight.IsReversed ? Fault : None;
        if (kind == TrackerKind.File)
            return OfProduct((long)state.Value * weight.Value * (weight.IsReversed ? -1 : 1));
        bool counts = state.IsUp is { } up && up == weight.Value > 0;
        return counts ? new TrackerEffect(weight.IsReversed ? -weight.Value : weight.Value, IsFaulty: false) : None;
    }

    private static TrackerEffect OfProduct(long product) =>
        product < LeastProduct ? Fault : new TrackerEffect((int)Math.Min(product, GreatestProduct), IsFaulty: false);
}
