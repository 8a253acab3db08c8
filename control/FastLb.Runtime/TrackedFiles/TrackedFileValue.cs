using System.Globalization;
using System.Text;
using FastLb.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime.TrackedFiles;

/// <summary>What tracked files say.</summary>
public static class TrackedFileValue
{
    /// <summary>So much of a file is read; what follows the number doesn't matter.</summary>
    private const int LongestText = 127;

    /// <summary>
    /// The number that a text begins with, as strtol(3) with base 0 reads it: white space, a sign, then 0x with hexadecimal digits, 0 with octal ones, or
    /// decimal ones. Text that begins with none is 0.
    /// </summary>
    /// <returns>Null when 32 bits don't hold it.</returns>
    public static int? Parse(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        bool isNegative = text.StartsWith('-');
        if (isNegative || text.StartsWith('+'))
            text = text[1..];
        int radix = text is ['0', 'x' or 'X', var digit, ..] && char.IsAsciiHexDigit(digit) ? 16 : text.StartsWith('0') ? 8 : 10;
        long value = 0;
        foreach (char each in radix == 16 ? text[2..] : text)
        {
            int next = char.IsAsciiHexDigit(each) ? int.Parse([each], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : radix;
            if (next >= radix)
                break;
            value = (value * radix) + next;
            if (value > -(long)int.MinValue)
                return null;
        }

        value = isNegative ? -value : value;
        return value > int.MaxValue ? null : (int)value;
    }

    /// <summary>What a file says now; a file that isn't there or can't be read says 0.</summary>
    /// <param name="file">Which one.</param>
    /// <param name="before">What it said before, which a number that is too large leaves as it was.</param>
    /// <param name="log">Told of such numbers.</param>
    public static int Read(TrackedFile file, int before, ILogger log)
    {
        try
        {
            using FileStream stream = File.OpenRead(file.Path);
            Span<byte> bytes = stackalloc byte[LongestText];
            string text = Encoding.UTF8.GetString(bytes[..stream.ReadAtLeast(bytes, LongestText, throwOnEndOfStream: false)]);
            if (Parse(text) is { } value)
                return value;
            log.LogWarning("the tracked file {File} ({Path}) says a number of more than 32 bits; it counts as {Value}, as before", file.Name, file.Path, before);
            return before;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("the tracked file {File} counts as 0: {Fault}", file.Name, fault.Message);
            return 0;
        }
    }

    /// <summary>Writes a file's first value (<c>init_file</c>): if it isn't there or, at the director's start, if it is to be overwritten.</summary>
    public static void Initialise(TrackedFile file, bool isStart, ILogger log)
    {
        if (file.InitialValue is not { } value || (File.Exists(file.Path) && !(file.Overwrites && isStart)))
            return;
        try
        {
            File.WriteAllText(file.Path, $"{value}\n");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.LogError("{Place}: the tracked file {File} can't be written: {Fault}", file.Origin, file.Name, fault.Message);
        }
    }
}
