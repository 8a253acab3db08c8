using FastLb.Native;
using FastLb.RealServer.Changes;
using FastLb.Runtime;

namespace FastLb.RealServer.Requirements;

/// <summary>Something that a real server needs.</summary>
internal abstract class Requirement
{
    /// <summary>Looks how it stands with it. Changes nothing.</summary>
    /// <exception cref="SystemCallException">The kernel doesn't tell.</exception>
    public abstract Finding Inspect();

    /// <summary>Brings it about, for one that isn't met and isn't the administrator's to do. Each change is written down before it is made.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    /// <exception cref="KernelFeatureException">The kernel can't.</exception>
    /// <exception cref="DirectorException">The record can't be written.</exception>
    public abstract void Fulfil(ChangeRecord record);
}
