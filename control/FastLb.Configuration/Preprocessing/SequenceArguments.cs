using System.Globalization;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>
/// The arguments of <c>~SEQ</c>: <c>(v, end)</c> counts from 1 upwards, from -1 if the end is negative; <c>(v, start, end)</c> by 1 towards the end;
/// <c>(v, start, step, end)</c>. Ends are included. Numbers are 64 bits wide, decimal, hexadecimal with <c>0x</c> or octal with <c>0</c>.
/// </summary>
internal static class SequenceArguments
{
    private const int MostArguments = 4;

    /// <summary>Reads what stands between the parentheses.</summary>
    /// <returns>The loop, or what is wrong.</returns>
    public static (NumberLoop? Loop, string? Fault) Read(string arguments, bool isHexadecimal, SourceSpan place)
    {
        string[] words = arguments.Split(',', MostArguments + 1, StringSplitOptions.TrimEntries);
        if (words.Length is < 2 or > MostArguments) return (null, "a sequence has a variable and one to three numbers");
        if (!NameRules.IsName(words[0])) return (null, $"'{words[0]}' is no name of a variable");
        var numbers = new long[words.Length - 1];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!TryReadNumber(words[i + 1], out numbers[i])) return (null, $"'{words[i + 1]}' is no whole number");
        }

        long end = numbers[^1];
        long start = numbers.Length > 1 ? numbers[0] : end < 0 ? -1 : 1;
        long step = numbers.Length > 2 ? numbers[1] : start <= end ? 1 : -1;
        if (step == 0) return (null, "the step is 0: the sequence would have no end");
        if (start != end && step > 0 != end > start) return (null, $"from {start} by steps of {step} the end {end} is never reached");
        if (isHexadecimal && (start < 0 || end < 0)) return (null, "~SEQx counts numbers from 0 on only");
        Int128 rounds = (((Int128)end - start) / step) + 1;
        return (new NumberLoop(words[0], start, step, rounds > long.MaxValue ? long.MaxValue : (long)rounds, isHexadecimal, place), null);
    }

    private static bool TryReadNumber(string word, out long number)
    {
        number = 0;
        bool isNegative = word.StartsWith('-');
        ReadOnlySpan<char> digits = word.AsSpan(isNegative || word.StartsWith('+') ? 1 : 0);
        if (digits.IsEmpty) return false;
        ulong value = 0;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)) return false;
        }
        else if (digits[0] == '0')
        {
            foreach (char c in digits)
            {
                if (c is < '0' or > '7' || value > ulong.MaxValue >> 3) return false;
                value = (value << 3) | (uint)(c - '0');
            }
        }
        else if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            return false;
        }

        if (value > long.MaxValue) return false;
        number = isNegative ? -(long)value : (long)value;
        return true;
    }
}
