namespace FastLb.VrrpHost.Holding;

/// <summary>All that moves with one virtual router.</summary>
/// <param name="Addresses">Its addresses.</param>
/// <param name="Routing">Its routes and rules.</param>
internal sealed record HeldThings(HeldAddresses Addresses, HeldRouting Routing)
{
    /// <summary>Puts everything where it belongs, in keepalived's order.</summary>
    public void Acquire()
    {
        Addresses.Acquire();
        Routing.Acquire();
    }

    /// <summary>Takes everything away, in the other order.</summary>
    public void Release()
    {
        Routing.Release();
        Addresses.Release();
    }
}
