using FastLb.Configuration.Model;
using FastLb.VrrpHost.Tracking;

namespace FastLb.VrrpHost.Tests.Tracking;

/// <summary>
/// The arithmetic of weights; what is expected was recorded from keepalived 2.2.7, whose event pipe told the priorities and faults that came of each.
/// </summary>
public sealed class TrackerEffectTests
{
    [Theory]
    [InlineData(5, false, true, 5)] // track_interface { eth weight 5 }: 105 up, 100 down
    [InlineData(5, false, false, 0)]
    [InlineData(-5, false, true, 0)] // weight -5: 100 up, 95 down
    [InlineData(-5, false, false, -5)]
    [InlineData(-5, true, false, 5)] // weight -5 reverse: 105 down
    [InlineData(-5, true, true, 0)]
    [InlineData(5, true, true, -5)]
    [InlineData(5, true, false, 0)]
    public void Weight_counts_in_one_of_two_states(int weight, bool isReversed, bool isUp, int contribution)
    {
        foreach (TrackerKind kind in (TrackerKind[])[TrackerKind.Interface, TrackerKind.Script, TrackerKind.Process, TrackerKind.Bfd])
            Assert.Equal(new TrackerEffect(contribution, false), TrackerEffect.Of(kind, TrackedState.Of(isUp), new TrackerWeight(weight, isReversed)));
    }

    [Theory]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)] // weight 0 reverse: FAULT while the interface is up
    [InlineData(true, false, false)]
    public void Without_weight_one_of_two_states_is_a_fault(bool isReversed, bool isUp, bool isFaulty)
    {
        foreach (TrackerKind kind in Enum.GetValues<TrackerKind>())
        {
            TrackedState state = kind == TrackerKind.File ? TrackedState.Of(isUp ? 0 : 9) : TrackedState.Of(isUp);
            Assert.Equal(new TrackerEffect(0, isFaulty), TrackerEffect.Of(kind, state, new TrackerWeight(0, isReversed)));
        }
    }

    [Theory]
    [InlineData(-10, false)]
    [InlineData(10, true)]
    [InlineData(0, false)]
    [InlineData(0, true)]
    public void Script_without_result_has_no_effect(int weight, bool isReversed) =>
        Assert.Equal(TrackerEffect.None, TrackerEffect.Of(TrackerKind.Script, TrackedState.Unknown, new TrackerWeight(weight, isReversed)));

    [Theory]
    [InlineData(9, 2, false, 18)] // 118 of 100
    [InlineData(9, 3, true, -27)] // 73 of 100
    [InlineData(-50, 2, false, -100)] // 1 of 100
    [InlineData(-50, 3, true, 150)] // 250 of 100
    [InlineData(127, 2, false, 253)] // held at 253
    [InlineData(int.MaxValue, 254, false, 253)]
    [InlineData(-253, 1, false, -253)]
    public void File_moves_the_priority_by_its_value_times_the_weight(int value, int weight, bool isReversed, int contribution) =>
        Assert.Equal(
            new TrackerEffect(contribution, false),
            TrackerEffect.Of(TrackerKind.File, TrackedState.Of(value), new TrackerWeight(weight, isReversed)));

    [Theory]
    [InlineData(-127, 2, false)] // -254: FAULT
    [InlineData(127, 3, true)] // -381: FAULT
    [InlineData(-50, 200, false)]
    [InlineData(int.MinValue, 254, false)]
    public void File_that_takes_more_than_253_is_a_fault(int value, int weight, bool isReversed) =>
        Assert.Equal(new TrackerEffect(0, true), TrackerEffect.Of(TrackerKind.File, TrackedState.Of(value), new TrackerWeight(weight, isReversed)));

    [Theory]
    [InlineData(100, 5, 105)]
    [InlineData(100, -100, 1)]
    [InlineData(100, -500, 1)]
    [InlineData(100, 254, 254)]
    [InlineData(254, 1, 254)]
    [InlineData(1, int.MinValue, 1)]
    [InlineData(254, int.MaxValue, 254)]
    [InlineData(255, -100, 255)]
    public void Priority_stays_within_1_and_254_and_that_of_the_owner_does_not_change(byte configured, int change, byte expected) =>
        Assert.Equal(expected, TrackedPriority.Of(configured, change));
}
