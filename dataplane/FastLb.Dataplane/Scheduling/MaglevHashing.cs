using System.Numerics;
using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>
/// mh: Maglev hashing (Eisenbud and others, NSDI 2016) as IPVS has it (ip_vs_mh): every server has its own order of all places, and servers take turns at the first
/// place of their order that is free, so that few places change hands when a server comes or goes. A server that is taken out by weight 0 keeps its places.
/// </summary>
public sealed class MaglevHashing : HashingScheduler
{
    /// <summary>Places of a table in Debian's kernels.</summary>
    public const int DefaultSize = 4093;

    /// <summary>The sizes that a kernel can be built for (CONFIG_IP_VS_MH_TAB_INDEX 8 to 17): with the same one, IPVS makes the same choices.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071];

    private static readonly MaglevHash First = new(2654435761);
    private static readonly MaglevHash Second = new(2654446892);

    private readonly bool _hashesPort;
    private readonly int _size;
    private readonly int _mostTurnBits;

    /// <param name="loads">What the servers have to do already.</param>
    /// <param name="options">What is hashed, and what happens when a server is not available.</param>
    public MaglevHashing(ServerDirectory loads, SchedulerOptions options)
        : base(loads, options.FallsBack)
    {
        _hashesPort = options.HashesPort;
        _size = options.TableSize == 0 ? DefaultSize : options.TableSize;
        _mostTurnBits = BitLength(_size) / 2;
    }

    public override string Name => "mh";

    protected override string HashedName => _hashesPort ? "the client's address and port" : "the client's address";

    protected override ushort[] PlacesOf(SchedulableServer[] servers)
    {
        int[] turns = TurnsOf(servers);
        if (Array.TrueForAll(turns, turn => turn == 0))
            return [];
        ushort[] places = new ushort[_size];
        Array.Fill(places, ServerList.Nobody);
        Preference[] preferences = Array.ConvertAll(servers, PreferenceOf);
        int left = _size;
        for (int position = 0; left > 0; position = (position + 1) % servers.Length)
        {
            for (int turn = 0; turn < turns[position] && left > 0; turn++, left--)
                places[preferences[position].NextFree(places)] = (ushort)position;
        }

        return places;
    }

    protected override int PlaceOf(in NewFlow flow, int offset, int count)
    {
        uint port = _hashesPort ? flow.Key.ClientPort : 0u;
        return (int)(First.Of((uint)offset + port + flow.Key.ClientAddress) % (uint)count);
    }

    private static int BitLength(int value) => 32 - BitOperations.LeadingZeroCount((uint)value);

    /// <summary>How many places each server takes when its turn comes: its weight, without what all have in common and what is too fine.</summary>
    private int[] TurnsOf(SchedulableServer[] servers)
    {
        int divisor = 0;
        int greatest = 0;
        foreach (SchedulableServer server in servers)
        {
            divisor = CommonDivisor.Of(divisor, server.LastWeight);
            greatest = Math.Max(greatest, server.LastWeight);
        }

        if (divisor == 0)
            return new int[servers.Length];
        int shift = Math.Max(0, BitLength(greatest / divisor) - _mostTurnBits);
        return Array.ConvertAll(servers, server => server.LastWeight == 0 ? 0 : Math.Max(1, server.LastWeight / divisor >> shift));
    }

    private Preference PreferenceOf(SchedulableServer server)
    {
        uint value = server.Port + server.Address.V4;
        return new Preference((int)(First.Of(value) % (uint)_size), (int)(Second.Of(value) % (uint)(_size - 1)) + 1);
    }

    /// <summary>A server's order of all places.</summary>
    private sealed class Preference(int start, int step)
    {
        private int _place = start;

        /// <summary>The first place of the order that nobody has.</summary>
        public int NextFree(ushort[] places)
        {
            while (places[_place] != ServerList.Nobody)
                _place = (_place + step) % places.Length;
            return _place;
        }
    }
}
