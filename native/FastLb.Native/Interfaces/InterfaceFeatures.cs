using System.Runtime.InteropServices;
using System.Text;

namespace FastLb.Native.Interfaces;

/// <summary>
/// The features of an interface under the kernel's names for them, as <c>ethtool -k</c> shows and <c>ethtool -K</c> changes them. Their numbers are the kernel's own affair
/// and differ between versions, so that they are looked up by name.
/// </summary>
internal sealed unsafe class InterfaceFeatures
{
    private const int BitsOfBlock = 32;

    private readonly InterfaceControl _control;
    private readonly string _interface;
    private readonly Dictionary<string, int> _bits;
    private readonly int _blocks;

    private InterfaceFeatures(InterfaceControl control, string interfaceName)
    {
        _control = control;
        _interface = interfaceName;
        int count = CountNames();
        _bits = ReadNames(count);
        _blocks = (count + BitsOfBlock - 1) / BitsOfBlock;
    }

    /// <summary>The features of the named interface.</summary>
    /// <exception cref="SystemCallException">There is no such interface.</exception>
    public static InterfaceFeatures Of(InterfaceControl control, string interfaceName) => new(control, interfaceName);

    /// <summary>Tells of a feature, at this moment, whether it is on and whether it can't be switched; one that the kernel doesn't know is off and fixed.</summary>
    public Func<string, (bool IsOn, bool IsFixed)> Read()
    {
        EthtoolFeatureState[] states = ReadStates();
        return feature =>
        {
            if (!_bits.TryGetValue(feature, out int bit))
                return (false, true);
            EthtoolFeatureState state = states[bit / BitsOfBlock];
            uint mask = MaskOf(bit);
            return ((state.Active & mask) != 0, (state.Available & ~state.NeverChanged & mask) == 0);
        };
    }

    /// <summary>Asks for features to be on or off. The driver may not follow: read them again.</summary>
    public void Switch(IEnumerable<string> features, bool on)
    {
        int header = sizeof(EthtoolFeatureHeader);
        byte[] request = new byte[header + _blocks * sizeof(EthtoolFeatureChange)];
        MemoryMarshal.Write(request, new EthtoolFeatureHeader { Command = EthtoolFeatureHeader.ETHTOOL_SFEATURES, Blocks = (uint)_blocks });
        Span<EthtoolFeatureChange> changes = MemoryMarshal.Cast<byte, EthtoolFeatureChange>(request.AsSpan(header));
        foreach (string feature in features)
        {
            if (!_bits.TryGetValue(feature, out int bit))
                continue;
            ref EthtoolFeatureChange change = ref changes[bit / BitsOfBlock];
            change.Valid |= MaskOf(bit);
            change.Requested |= on ? MaskOf(bit) : 0;
        }

        fixed (byte* data = request)
            _control.Ethtool(_interface, nameof(EthtoolFeatureHeader.ETHTOOL_SFEATURES), data);
    }

    private static uint MaskOf(int bit) => 1u << (bit % BitsOfBlock);

    private int CountNames()
    {
        EthtoolStringSetSize size = new()
        {
            Command = EthtoolStringSetSize.ETHTOOL_GSSET_INFO,
            Sets = 1ul << EthtoolStringSetSize.ETH_SS_FEATURES,
        };
        _control.Ethtool(_interface, nameof(EthtoolStringSetSize.ETHTOOL_GSSET_INFO), &size);
        return (int)size.Count;
    }

    private Dictionary<string, int> ReadNames(int count)
    {
        int header = sizeof(EthtoolStrings);
        byte[] answer = new byte[header + count * EthtoolStrings.ETH_GSTRING_LEN];
        MemoryMarshal.Write(answer, new EthtoolStrings
        {
            Command = EthtoolStrings.ETHTOOL_GSTRINGS,
            Set = EthtoolStringSetSize.ETH_SS_FEATURES,
            Count = (uint)count,
        });
        fixed (byte* data = answer)
            _control.Ethtool(_interface, nameof(EthtoolStrings.ETHTOOL_GSTRINGS), data);
        var bits = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int bit = 0; bit < count; bit++)
        {
            ReadOnlySpan<byte> name = answer.AsSpan(header + bit * EthtoolStrings.ETH_GSTRING_LEN, EthtoolStrings.ETH_GSTRING_LEN);
            int end = name.IndexOf((byte)0);
            bits.TryAdd(Encoding.ASCII.GetString(end < 0 ? name : name[..end]), bit); // numbers that mean nothing have an empty name
        }

        return bits;
    }

    private EthtoolFeatureState[] ReadStates()
    {
        int header = sizeof(EthtoolFeatureHeader);
        byte[] answer = new byte[header + _blocks * sizeof(EthtoolFeatureState)];
        MemoryMarshal.Write(answer, new EthtoolFeatureHeader { Command = EthtoolFeatureHeader.ETHTOOL_GFEATURES, Blocks = (uint)_blocks });
        fixed (byte* data = answer)
            _control.Ethtool(_interface, nameof(EthtoolFeatureHeader.ETHTOOL_GFEATURES), data);
        return MemoryMarshal.Cast<byte, EthtoolFeatureState>(answer.AsSpan(header)).ToArray();
    }
}
