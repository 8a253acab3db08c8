namespace FastLb.PacketIO.AfXdp;

/// <summary>One queue of one interface.</summary>
/// <param name="Interface">Its name, for messages.</param>
/// <param name="InterfaceIndex">Its index in the network namespace of the thread that opens the port.</param>
/// <param name="Queue">The queue, from 0.</param>
public readonly record struct InterfaceQueue(string Interface, int InterfaceIndex, int Queue)
{
    public override string ToString() => $"{Interface} queue {Queue}";
}
