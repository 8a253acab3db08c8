using System.Net;
using System.Runtime.InteropServices;

namespace FastLb.Native.Bpf;

/// <summary>
/// The program that takes IPIP headers off at a real server (<c>native/bpf/decapsulate.bpf.c</c>). Its rules are set once, before any packet meets it: a change
/// is another program in its place. One thread at a time.
/// </summary>
public sealed class DecapsulationProgram : IDisposable
{
    private const string ResourceName = "decapsulate.bpf.o";
    private const string ProgramName = "fastlb_decap";
    private const string VirtualAddressesName = "virtual_addrs";
    private const string OwnAddressesName = "own_addresses";
    private const string DirectorsName = "directors";
    private const string CountersName = "counters";
    private static readonly DecapsulationOutcome[] Outcomes = Enum.GetValues<DecapsulationOutcome>();

    private readonly BpfDescriptor _program;
    private readonly BpfMap<uint, byte> _virtualAddresses;
    private readonly BpfMap<uint, byte> _ownAddresses;
    private readonly BpfMap<uint, byte> _directors;
    private readonly BpfPerCpuCounters _counters;

    private DecapsulationProgram(BpfDescriptor program, Func<string, BpfDescriptor> takeMap)
    {
        _program = program;
        _virtualAddresses = new BpfMap<uint, byte>(takeMap(VirtualAddressesName), VirtualAddressesName);
        _ownAddresses = new BpfMap<uint, byte>(takeMap(OwnAddressesName), OwnAddressesName);
        _directors = new BpfMap<uint, byte>(takeMap(DirectorsName), DirectorsName);
        _counters = new BpfPerCpuCounters(takeMap(CountersName), CountersName);
    }

    /// <summary>The program's descriptor, for attaching it.</summary>
    public SafeHandle Handle => _program;

    internal BpfDescriptor Descriptor => _program;

    /// <summary>Loads the program with these rules.</summary>
    /// <exception cref="ArgumentException">An address isn't IPv4.</exception>
    /// <exception cref="SystemCallException">libbpf is missing, or the kernel refused.</exception>
    public static DecapsulationProgram Load(DecapsulationRules rules)
    {
        using BpfObject loaded = BpfObject.Open(ResourceName, "the decapsulating program");
        loaded.Load();
        DecapsulationProgram program = new(loaded.TakeProgram(ProgramName), loaded.TakeMap);
        try
        {
            Fill(program._virtualAddresses, rules.VirtualAddresses);
            Fill(program._ownAddresses, rules.OwnAddresses);
            Fill(program._directors, rules.Directors.Count > 0 ? rules.Directors : [IPAddress.Any]);
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Opens one that is in the kernel. Null when it is gone, or isn't one of these.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static DecapsulationProgram? TryOpen(uint programId)
    {
        if (LoadedProgram.TryOpen(programId) is not { } program)
            return null;
        Dictionary<string, BpfDescriptor> maps = LoadedProgram.OpenMaps(program);
        if (((string[])[VirtualAddressesName, OwnAddressesName, DirectorsName, CountersName]).All(maps.ContainsKey))
            return new DecapsulationProgram(program, name => maps[name]);

        foreach (BpfDescriptor map in maps.Values)
            map.Dispose();
        program.Dispose();
        return null;
    }

    /// <summary>The rules that it was loaded with.</summary>
    public DecapsulationRules ReadRules()
    {
        HashSet<IPAddress> directors = Read(_directors);
        directors.Remove(IPAddress.Any);
        return new DecapsulationRules(Read(_virtualAddresses), Read(_ownAddresses), directors);
    }

    /// <summary>IPIP packets per outcome since it was loaded, with an entry for every outcome.</summary>
    public IReadOnlyDictionary<DecapsulationOutcome, ulong> ReadCounters() =>
        Outcomes.ToDictionary(outcome => outcome, outcome => _counters.Read((uint)outcome));

    /// <summary>Lets go of the program. Where it is attached it stays.</summary>
    public void Dispose()
    {
        _program.Dispose();
        _virtualAddresses.Dispose();
        _ownAddresses.Dispose();
        _directors.Dispose();
        _counters.Dispose();
    }

    private static void Fill(BpfMap<uint, byte> map, IEnumerable<IPAddress> addresses)
    {
        foreach (IPAddress address in addresses)
        {
            byte[] octets = address.GetAddressBytes();
            if (octets.Length != sizeof(uint))
                throw new ArgumentException($"{address} is not IPv4", nameof(addresses));
            map.Update(MemoryMarshal.Read<uint>(octets), 1); // network order in memory
        }
    }

    private static HashSet<IPAddress> Read(BpfMap<uint, byte> map) => [.. map.ReadKeys().Select(key => new IPAddress(key))];
}
