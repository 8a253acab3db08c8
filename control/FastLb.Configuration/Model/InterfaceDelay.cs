namespace FastLb.Configuration.Model;

/// <summary>For how long a change of an interface's link must last before it counts (<c>interface_up_down_delays</c>).</summary>
/// <param name="Interface">The interface's name; each once.</param>
/// <param name="Down">From the loss of the link; up to 255 s, in microseconds.</param>
/// <param name="Up">From its return; up to 255 s.</param>
public sealed record InterfaceDelay(string Interface, TimeSpan Down, TimeSpan Up)
{
    /// <summary>Where the name stands.</summary>
    public Origin Origin { get; init; }
}
