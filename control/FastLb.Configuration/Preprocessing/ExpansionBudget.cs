namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// How much the preprocessor may produce. A configuration of a few lines can ask for any number of lines; what people write stays far below these
/// limits. Not thread-safe.
/// </summary>
internal sealed class ExpansionBudget
{
    /// <summary>Lines that sequences, lists and definitions of several lines may produce, all together.</summary>
    public const int MaximumLines = 100_000;

    /// <summary>Characters that substitutions may produce, all together, those of intermediate steps included.</summary>
    public const int MaximumCharacters = 16 * 1024 * 1024;

    /// <summary>Characters of one line after a substitution.</summary>
    public const int MaximumLineLength = 64 * 1024;

    /// <summary>How often the values on a line may have to be expanded again: the depth of definitions that refer to others.</summary>
    public const int MaximumRecursion = 64;

    /// <summary>How deep sequences and definitions of several lines may be nested while they are read.</summary>
    public const int MaximumNesting = 64;

    /// <summary>How deep files may include others.</summary>
    public const int MaximumFileDepth = 32;

    /// <summary>Includes that are followed.</summary>
    public const int MaximumIncludes = 10_000;

    /// <summary>Characters that the included files may have, all together, one that is included twice counted twice.</summary>
    public const int MaximumIncludedCharacters = 64 * 1024 * 1024;

    private int _lines;
    private long _characters;
    private int _includes;
    private long _includedCharacters;

    /// <summary>True once the reading has been given up.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Gives the reading up: nothing that follows can be read as it was meant.</summary>
    public void GiveUp() => IsGivenUp = true;

    /// <summary>Takes the room for one more line; false when there is none left.</summary>
    public bool TakeLine() => ++_lines <= MaximumLines;

    /// <summary>Takes the room for <paramref name="count"/> characters; false when there is none left.</summary>
    public bool TakeCharacters(int count) => (_characters += count) <= MaximumCharacters;

    /// <summary>Takes the room for one more file of <paramref name="characters"/>; false when there is none left.</summary>
    public bool TakeInclude(int characters) => ++_includes <= MaximumIncludes && (_includedCharacters += characters) <= MaximumIncludedCharacters;
}
