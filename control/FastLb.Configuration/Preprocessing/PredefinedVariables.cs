using System.Globalization;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// The variables that need no definition: <c>_PWD</c> (the folder of the file that is being read, absolute), <c>_INSTANCE</c> (the configuration id),
/// <c>_RANDOM [MIN [MAX]]</c> (a whole number, 0 to 32767 unless told otherwise, both ends included), <c>_ENV NAME</c> (a variable of the environment),
/// <c>_HASH</c> and <c>_BANG</c> (the two characters that begin comments). A definition of the same name comes first. Not thread-safe.
/// </summary>
internal sealed class PredefinedVariables(Surroundings surroundings, PendingLines pending, DiagnosticBag diagnostics)
{
    /// <summary>Number of characters of the longest name.</summary>
    public const int LongestName = 9;

    private const int SmallestRandom = 0, LargestRandom = 32767;

    private Random _random = new(surroundings.RandomSeed);

    /// <summary>Has the numbers of <c>_RANDOM</c> follow from <paramref name="seed"/> from here on.</summary>
    public void Seed(uint seed) => _random = new Random(unchecked((int)seed));

    /// <summary>True for the names that take arguments within their braces.</summary>
    public static bool TakesArguments(string name) => name is "_ENV" or "_RANDOM";

    /// <summary>True when a reference to this name is replaced without a definition.</summary>
    public static bool IsKnown(in Reference reference) => reference.Name switch
    {
        "_PWD" or "_INSTANCE" or "_RANDOM" or "_HASH" or "_BANG" => true,
        "_ENV" => reference.Arguments.Length > 0,
        _ => false,
    };

    /// <summary>The value for a reference that is known; <paramref name="place"/> is where it stands.</summary>
    public string Value(in Reference reference, SourceSpan place) => reference.Name switch
    {
        "_PWD" => Path.GetFullPath(pending.Directory, surroundings.WorkingDirectory),
        "_INSTANCE" => surroundings.ConfigurationId,
        "_RANDOM" => RandomNumber(reference.Arguments, place),
        "_ENV" => FromEnvironment(reference.Arguments, place),
        "_HASH" => "#",
        _ => "!",
    };

    private string FromEnvironment(string name, SourceSpan place)
    {
        if (surroundings.Variable(name) is { } value) return value.ReplaceLineEndings(" ");
        diagnostics.Add(DiagnosticCatalog.EnvironmentVariableMissing, place, $"the environment has no variable '{name}'", "nothing is put in its place");
        return string.Empty;
    }

    private string RandomNumber(string arguments, SourceSpan place)
    {
        string[] words = arguments.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int smallest = SmallestRandom, largest = LargestRandom;
        bool isRead = words.Length <= 2 && (words.Length < 1 || TryReadNumber(words[0], out smallest)) && (words.Length < 2 || TryReadNumber(words[1], out largest));
        if (isRead && smallest <= largest) return _random.NextInt64(smallest, (long)largest + 1).ToString(CultureInfo.InvariantCulture);
        diagnostics.Add(
            DiagnosticCatalog.InvalidRandomRange, place, $"'{arguments}' is no range for _RANDOM",
            $"expected MIN, or MIN and MAX, whole numbers of which the first is not the larger; MAX is {LargestRandom} where it is not given. {SmallestRandom} is taken");
        return SmallestRandom.ToString(CultureInfo.InvariantCulture);
    }

    private static bool TryReadNumber(string word, out int number) => int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
