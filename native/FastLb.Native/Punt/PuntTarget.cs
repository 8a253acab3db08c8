using System.Runtime.InteropServices;
using FastLb.Native.Bpf;

namespace FastLb.Native.Punt;

/// <summary>An interface that frames are given back to.</summary>
/// <param name="InterfaceIndex">Its index in the network namespace of the thread that opens the device.</param>
/// <param name="Mode">
/// Where its steering program runs. In generic mode the frames given back get a source address of their own, by which the program knows them.
/// </param>
public readonly record struct PuntTarget(int InterfaceIndex, XdpAttachMode Mode);

/// <summary><c>struct punt_target</c> of <c>native/bpf/punt.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PuntTargetEntry
{
    public uint InterfaceIndex;
    public uint MarkSource;
}
