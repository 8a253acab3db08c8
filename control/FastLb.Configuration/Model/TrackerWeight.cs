namespace FastLb.Configuration.Model;

/// <summary>
/// By how much something tracked moves the priority of an instance, which stays within 1 and 254. What is up adds a positive weight, what is down subtracts a
/// negative one; with 0 there is no arithmetic: being down is a fault of the instance.
/// </summary>
/// <param name="Value">-253 to 253; to 254 for processes; of a file's definition any number that 32 bits hold, because it is multiplied by what the file says.</param>
/// <param name="IsReversed">True when the sign of what is added turns, and with 0 when being up is the fault (<c>reverse</c>).</param>
public sealed record TrackerWeight(int Value, bool IsReversed);
