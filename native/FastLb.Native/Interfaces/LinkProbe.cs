using Tmds.Linux;

namespace FastLb.Native.Interfaces;

/// <summary>
/// Asks drivers how it stands with the links of their interfaces, in the network namespace that it was opened in. For drivers that don't tell the kernel when it changes. One thread at a time.
/// </summary>
public sealed unsafe class LinkProbe : IDisposable
{
    // linux/mii.h
    internal const ushort MII_BMCR = 0, MII_BMSR = 1, BMSR_LSTATUS = 0x0004;

    // linux/sockios.h
    internal const int SIOCGMIIPHY = 0x8947, SIOCGMIIREG = 0x8948;

    private const ushort NoTransceiver = 0xFFFF; // what a bus reads that nobody drives

    private readonly InterfaceControl _control = InterfaceControl.Open();

    /// <summary>What the driver says of the link (ETHTOOL_GLINK). Null when it doesn't know the request, or there is no such interface.</summary>
    public bool? ReadEthtool(string name)
    {
        EthtoolValue link = new() { Command = EthtoolValue.ETHTOOL_GLINK };
        return _control.TryEthtool(name, &link) == Errno.None ? link.Value != 0 : null;
    }

    /// <summary>
    /// What the transceiver's status register says of the link (SIOCGMIIREG; IEEE 802.3 section 22.2.4.2). Null when there is no transceiver, the driver doesn't know the request, or there is
    /// no such interface.
    /// </summary>
    public bool? ReadMii(string name)
    {
        InterfaceRequest request = InterfaceRequest.For(name);
        if (_control.TryAsk(SIOCGMIIPHY, ref request) != Errno.None)
            return null;
        // A loss is kept in the register until it is read: the second reading is of now.
        if (Read(ref request, MII_BMCR) is not { } control || Read(ref request, MII_BMSR) is null || Read(ref request, MII_BMSR) is not { } status)
            return null;
        return control == NoTransceiver || status is 0 or NoTransceiver ? null : (status & BMSR_LSTATUS) != 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _control.Dispose();

    private ushort? Read(ref InterfaceRequest request, ushort register)
    {
        request.MiiRegister = register;
        return _control.TryAsk(SIOCGMIIREG, ref request) == Errno.None ? request.MiiValue : null;
    }
}
