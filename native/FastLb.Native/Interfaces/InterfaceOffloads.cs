namespace FastLb.Native.Interfaces;

/// <summary>Reads and switches the receive offloads of the interfaces of the calling thread's network namespace.</summary>
public static class InterfaceOffloads
{
    /// <summary>The receive offloads of the named interface at this moment.</summary>
    /// <exception cref="SystemCallException">There is no such interface (<see cref="Errno.ENODEV"/>).</exception>
    public static ReceiveOffloadState Read(string interfaceName)
    {
        using InterfaceControl control = InterfaceControl.Open();
        return Read(InterfaceFeatures.Of(control, interfaceName));
    }

    /// <summary>Switches offloads of the named interface on or off and leaves the others as they are.</summary>
    /// <returns>How it is with them afterwards: a driver may refuse what it says it could do, or what goes together with another feature.</returns>
    /// <exception cref="SystemCallException">There is no such interface (<see cref="Errno.ENODEV"/>), or the process may not (<see cref="Errno.EPERM"/>).</exception>
    public static ReceiveOffloadState Switch(string interfaceName, ReceiveOffloads offloads, bool on)
    {
        using InterfaceControl control = InterfaceControl.Open();
        InterfaceFeatures features = InterfaceFeatures.Of(control, interfaceName);
        features.Switch(ReceiveOffloadNames.FeaturesOf(offloads), on);
        return Read(features);
    }

    private static ReceiveOffloadState Read(InterfaceFeatures features)
    {
        Func<string, (bool IsOn, bool IsFixed)> read = features.Read();
        return new ReceiveOffloadState(ReceiveOffloadNames.Where(feature => read(feature).IsOn), ReceiveOffloadNames.Where(feature => read(feature).IsFixed));
    }
}
