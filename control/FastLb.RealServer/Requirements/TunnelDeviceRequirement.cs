using FastLb.Native;
using FastLb.RealServer.Changes;
using FastLb.RealServer.Host;

namespace FastLb.RealServer.Requirements;

/// <summary>The kernel's own device for IPIP packets from anybody.</summary>
internal sealed class TunnelDeviceRequirement(HostKernel host) : Requirement
{
    /// <summary>The device of the ipip module that takes what no other tunnel does.</summary>
    public const string DeviceName = "tunl0";

    /// <summary>What is seen while it isn't there or down.</summary>
    public const string Symptom = "the kernel answers tunnel packets with ICMP protocol unreachable: clients that the director sends here get no answer";

    private const string Kind = "ipip";

    public override Finding Inspect()
    {
        bool exists = host.FindLink(DeviceName) is not null;
        return new Finding($"there is the tunnel device {DeviceName}", exists, exists ? "there is" : "there is none", Symptom);
    }

    public override void Fulfil(ChangeRecord record)
    {
        LinkCreated change = new(DeviceName);
        record.Note(change);
        bool created = false;
        try
        {
            created = host.Network.CreateLink(DeviceName, Kind);
        }
        catch (KernelFeatureException fault)
        {
            throw new SystemCallException(
                "create link", DeviceName, Errno.EOPNOTSUPP, "the kernel has no ipip devices (module ipip): leave them to '--decapsulator program'", fault);
        }
        finally
        {
            if (!created)
                record.Forget(change); // the module, just loaded, has brought it along: it goes with the module alone
        }
    }
}
