namespace FastLb.Native.Patterns;

/// <summary>A regular expression can't be compiled or searched for.</summary>
public sealed class PatternException : Exception
{
    /// <param name="fault">Why, as a phrase.</param>
    public PatternException(string fault)
        : base(fault)
    {
    }

    /// <param name="fault">Why, as a phrase.</param>
    /// <param name="inner">What it follows from.</param>
    public PatternException(string fault, Exception inner)
        : base(fault, inner)
    {
    }
}
