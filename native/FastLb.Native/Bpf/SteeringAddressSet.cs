using System.Net;

namespace FastLb.Native.Bpf;

/// <summary>A map of the steering program that is a set of addresses, and what this process knows to be in it.</summary>
internal sealed class SteeringAddressSet : IDisposable
{
    private const byte Present = 1;

    private readonly HashSet<IPAddress> _addresses = [];

    private SteeringAddressSet(BpfMap<SteeredAddress, byte> map) => Map = map;

    public IReadOnlyCollection<IPAddress> Addresses => _addresses;

    public BpfMap<SteeredAddress, byte> Map { get; }

    public static SteeringAddressSet Create(string name, int capacity) => new(BpfMap<SteeredAddress, byte>.CreateHash(name, capacity));

    /// <summary>Makes <paramref name="addresses"/> the set: new ones are added, then old ones removed.</summary>
    public void Replace(IReadOnlyCollection<IPAddress> addresses)
    {
        HashSet<IPAddress> wanted = [.. addresses];
        foreach (IPAddress added in wanted.Except(_addresses).ToArray())
        {
            Map.Update(SteeredAddress.From(added), Present);
            _addresses.Add(added);
        }

        foreach (IPAddress removed in _addresses.Except(wanted).ToArray())
        {
            Map.Delete(SteeredAddress.From(removed));
            _addresses.Remove(removed);
        }
    }

    public void Dispose() => Map.Dispose();
}
