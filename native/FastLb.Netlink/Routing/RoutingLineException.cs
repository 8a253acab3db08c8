namespace FastLb.Netlink.Routing;

/// <summary>A line of a route or rule says something that can't be set here; the message names the word and the remedy.</summary>
/// <param name="word">The word at fault.</param>
/// <param name="reason">What is wrong with it, so that it reads as one sentence behind the word.</param>
/// <param name="remedy">What to write.</param>
public sealed class RoutingLineException(string word, string reason, string remedy) : Exception($"'{word}' {reason}: {remedy}")
{
    /// <summary>The word at fault.</summary>
    public string Word { get; } = word;

    /// <summary>What to write.</summary>
    public string Remedy { get; } = remedy;
}
