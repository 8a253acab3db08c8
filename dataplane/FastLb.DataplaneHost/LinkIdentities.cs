using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.DataplaneHost;

/// <summary>
/// What flows call the links that their clients are reached by (<see cref="EgressLink.Interface"/>). One that is made anew under the name of one that has gone takes its
/// place, though the kernel gives it another index: who waits for a long download says nothing that the way back could be learnt from again. One thread at a time.
/// </summary>
internal sealed class LinkIdentities
{
    private readonly Dictionary<int, ushort> _ofIndex = [];
    private readonly Dictionary<string, ushort> _ofName = new(StringComparer.Ordinal);

    /// <summary>The identity of an interface: the index of the first that was called so, modulo 65,536.</summary>
    public ushort Of(DesiredInterface wanted)
    {
        if (!_ofIndex.TryGetValue(wanted.Index, out ushort identity) && !_ofName.TryGetValue(wanted.Name, out identity))
            identity = unchecked((ushort)wanted.Index);
        _ofIndex[wanted.Index] = identity;
        _ofName[wanted.Name] = identity;
        return identity;
    }
}
