using FastLb.Native;
using FastLb.Netlink;
using FastLb.RealServer.Host;

namespace FastLb.RealServer.Changes;

/// <summary>Takes changes back, the last one first. What somebody else has changed since is left as it is, and so told.</summary>
internal sealed class ChangeReversal(HostKernel host)
{
    /// <summary>Takes back all of a record. What fails stays in it, and doesn't keep the rest from being taken back.</summary>
    public IReadOnlyList<UndoneChange> UndoAll(ChangeRecord record)
    {
        List<UndoneChange> undone = [];
        foreach (Change change in record.Changes.Reverse().ToArray())
        {
            try
            {
                undone.Add(new UndoneChange(Undo(change), Failed: false));
                record.Forget(change);
            }
            catch (Exception fault) when (fault is SystemCallException or KernelFeatureException)
            {
                undone.Add(new UndoneChange(fault.Message, Failed: true));
            }
        }

        return undone;
    }

    private string Undo(Change change) => change switch
    {
        SettingChange setting => Restore(setting),
        AddressAdded added => OnLink(added.Interface, link => host.Network.RemoveAddress(link, added.Address, added.PrefixLength)
            ? $"removed {added.Address}/{added.PrefixLength} from {added.Interface}"
            : $"{added.Address}/{added.PrefixLength} was on {added.Interface} no more"),
        LinkRaised raised => OnLink(raised.Interface, link =>
        {
            host.Network.SetUp(link, up: false);
            return $"set {raised.Interface} down";
        }),
        LinkCreated created => OnLink(created.Interface, link =>
        {
            host.Network.RemoveLink(link);
            return $"removed {created.Interface}";
        }),
        FilterPlaceAdded added => OnLink(added.Interface, link => host.Decapsulation.RemoveEmptyPlace(link)
            ? $"removed the place for programs on {added.Interface} (clsact)"
            : $"left the place for programs on {added.Interface} (clsact): there are others in it"),
        ProgramAdded added => OnLink(added.Interface, link => host.Decapsulation.Remove(link)
            ? $"removed the decapsulating program from {added.Interface}"
            : $"the decapsulating program was on {added.Interface} no more"),
        _ => throw new InvalidOperationException($"no way back from {change}"),
    };

    private string OnLink(string name, Func<LinkInfo, string> undo) => host.FindLink(name) is { } link ? undo(link) : $"{name} is gone, and all that was on it";

    private string Restore(SettingChange setting)
    {
        string? present = host.Settings.Read(setting.Key);
        if (present is null)
            return $"{setting.Key} is gone";
        if (present == setting.Former)
            return $"{setting.Key} is {present} as before";
        if (present != setting.Applied)
            return $"left {setting.Key} at {present}: somebody has changed it since it was set to {setting.Applied}; it was {setting.Former} before";
        host.Settings.Write(setting.Key, setting.Former);
        return $"{setting.Key} is {setting.Former} again";
    }
}
