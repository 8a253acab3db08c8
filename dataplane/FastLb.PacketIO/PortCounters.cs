namespace FastLb.PacketIO;

/// <summary>What a port has done since it was opened. Written by its worker; other threads see a moment's picture.</summary>
public record struct PortCounters
{
    /// <summary>Frames given to the worker.</summary>
    public long Received;

    /// <summary>Frames of more chunks than are supported, dropped on arrival (<see cref="AfXdp.ChainReceiver.Refused"/>).</summary>
    public long ChainsRefused;

    /// <summary>Frames taken from the worker to be sent.</summary>
    public long Enqueued;

    /// <summary>Frames whose partial checksum was left to the kernel or the device.</summary>
    public long ChecksumsOffloaded;

    /// <summary>Frames whose partial checksum was completed in software.</summary>
    public long ChecksumsCompleted;

    /// <summary>Calls into the kernel to send.</summary>
    public long Kicks;

    /// <summary>Flushes that left frames waiting.</summary>
    public long TransmitWaits;

    /// <summary>Frames that the device dropped for lack of room (EBUSY).</summary>
    public long DeviceDrops;
}
