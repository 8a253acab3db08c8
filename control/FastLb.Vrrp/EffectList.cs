namespace FastLb.Vrrp;

/// <summary>
/// The effects of one step, in the order in which they are to be carried out. Made once and used for every step; belongs to one thread.
/// </summary>
public sealed class EffectList
{
    // More than any step has.
    private VrrpEffect[] _effects = new VrrpEffect[8];
    private int _count;

    /// <summary>The effects, valid until the next step.</summary>
    public ReadOnlySpan<VrrpEffect> Effects => _effects.AsSpan(0, _count);

    internal void Clear() => _count = 0;

    /// <summary>Gives the advertisements their sequence numbers, the first that behind <paramref name="last"/>, and returns the last one given.</summary>
    internal uint NumberAdvertisements(uint last)
    {
        foreach (ref VrrpEffect effect in _effects.AsSpan(0, _count))
        {
            if (effect.Kind == VrrpEffectKind.SendAdvertisement)
                effect = effect.Numbered(++last);
        }

        return last;
    }

    internal void Add(in VrrpEffect effect)
    {
        if (_count == _effects.Length)
            Array.Resize(ref _effects, _count * 2);
        _effects[_count++] = effect;
    }
}
