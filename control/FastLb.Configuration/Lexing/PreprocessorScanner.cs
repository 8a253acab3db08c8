using System.Collections.Frozen;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Lexing;

/// <summary>
/// Finds the uses of keepalived's preprocessor: includes, conditionals, definitions and their references, sequences and lists. FastLb
/// does not carry them out yet, so each use is refused by name rather than read as ordinary words. Not thread-safe.
/// </summary>
internal sealed class PreprocessorScanner(SourceText source, DiagnosticBag diagnostics)
{
    private static readonly FrozenSet<string> Predefined =
        new[] { "_PWD", "_INSTANCE", "_RANDOM", "_ENV", "_HASH", "_BANG" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> IncludeKeywords =
        new[] { "include", "includer", "includem", "includew", "includeb", "includea" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>How far the closing brace of <c>${_ENV NAME}</c> is looked for, so that hostile text is not searched again and again.</summary>
    private const int LongestArguments = 256;

    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);
    private bool _insideDefinition;

    /// <summary>True once any use was found: the words that follow are then not what keepalived would read.</summary>
    public bool FoundUse { get; private set; }

    /// <summary>Looks at the start of a line.</summary>
    /// <returns>The index at which ordinary text starts; the line's length when nothing of it is ordinary text.</returns>
    public int SkipDirectives(string line, int lineNumber)
    {
        if (_insideDefinition)
        {
            _insideDefinition = EndsInBackslash(line);
            return line.Length;
        }

        int index = 0;
        while (true)
        {
            index = SkipBlanks(line, index);
            if (index >= line.Length) return line.Length;
            switch (line[index])
            {
                case '@' when EndOfWord(line, index) is var end && end > index + 1:
                    Refuse(lineNumber, index, end, "conditional line", "keep only the lines that hold for this director");
                    index = end;
                    continue;
                case '~' when line.AsSpan(index).StartsWith("~SEQ(") || line.AsSpan(index).StartsWith("~SEQx(") || line.AsSpan(index).StartsWith("~LST("):
                    int close = line.IndexOf(')', index);
                    int past = close < 0 ? line.Length : close + 1;
                    DefineLoopVariables(line, line.IndexOf('(', index) + 1, past);
                    Refuse(lineNumber, index, past, line[index + 1] == 'S' ? "sequence (~SEQ)" : "list (~LST)", "write the lines out");
                    index = past;
                    continue;
                case '$' when DefinitionNameEnd(line, index) is var end and > 0:
                    _defined.Add(line[(index + 1)..end]);
                    Refuse(lineNumber, index, end + 1, "definition of a variable", "write the value where the variable is used");
                    _insideDefinition = EndsInBackslash(line);
                    return line.Length;
                case 'i' when EndOfWord(line, index) is var end && end < line.Length && IncludeKeywords.Contains(line[index..end]):
                    Refuse(lineNumber, index, end, "include", "put the file's content in its place");
                    return line.Length;
                default:
                    return index;
            }
        }
    }

    /// <summary>Looks at a <c>$</c> within a line, quoted or not.</summary>
    /// <returns>The length of a reference that keepalived would replace, which the lexer must keep as one piece; else 1.</returns>
    public int MeasureReference(string line, int lineNumber, int dollar)
    {
        bool braced = dollar + 1 < line.Length && line[dollar + 1] == '{';
        int nameStart = braced ? dollar + 2 : dollar + 1;
        int nameEnd = NameEnd(line, nameStart);
        if (nameEnd == nameStart) return 1;
        string name = line[nameStart..nameEnd];
        int end = nameEnd;
        if (braced)
        {
            bool takesArguments = name is "_ENV" or "_RANDOM";
            int reach = takesArguments ? Math.Min(line.Length - nameEnd, LongestArguments) : Math.Min(line.Length - nameEnd, 1);
            int close = line.IndexOf('}', nameEnd, reach);
            if (close < 0) return 1;
            end = close + 1;
        }
        else if (nameEnd < line.Length && !IsBlank(line[nameEnd]) && line[nameEnd] is not (',' or ')'))
        {
            return 1;
        }

        // The name itself is kept out of the messages below: it may be a piece of a password.
        if (_defined.Contains(name) || Predefined.Contains(name))
        {
            Refuse(lineNumber, dollar, end, $"variable ${name}", "write its value");
            return end - dollar;
        }

        if (braced)
        {
            diagnostics.Add(
                DiagnosticCatalog.UndefinedVariableBraces, source.Span(lineNumber, dollar + 1, end - dollar), "the variable is not defined",
                "an undefined variable is left as it stands, and its braces then open and close a block");
        }
        else
        {
            diagnostics.Add(
                DiagnosticCatalog.UndefinedVariable, source.Span(lineNumber, dollar + 1, end - dollar), "the variable is not defined",
                "the text is taken as it stands");
        }

        return 1;
    }

    /// <summary>True for the characters that separate words: space, tab, form feed, carriage return, vertical tab.</summary>
    public static bool IsBlank(char c) => c is ' ' or '\t' or '\f' or '\r' or '\v';

    private void Refuse(int lineNumber, int start, int end, string feature, string remedy)
    {
        FoundUse = true;
        diagnostics.Add(
            DiagnosticCatalog.PreprocessorRefused, source.Span(lineNumber, start + 1, end - start),
            $"{feature}: FastLb does not have keepalived's preprocessor yet", remedy);
    }

    /// <summary>Notes the variables of <c>~SEQ(v, …)</c>, <c>~LST(v, …)</c> and <c>~LST({v, w}, …)</c>; values noted by the way do no harm.</summary>
    private void DefineLoopVariables(string line, int start, int end)
    {
        for (int index = start; index < end; index++)
        {
            int nameEnd = NameEnd(line, index);
            if (nameEnd == index) continue;
            _defined.Add(line[index..nameEnd]);
            index = nameEnd;
        }
    }

    private static int SkipBlanks(string line, int index)
    {
        while (index < line.Length && IsBlank(line[index])) index++;
        return index;
    }

    private static int EndOfWord(string line, int index)
    {
        while (index < line.Length && !IsBlank(line[index])) index++;
        return index;
    }

    /// <summary>The end of NAME in <c>$NAME=</c>, or -1 when the text at <paramref name="dollar"/> is no definition.</summary>
    private static int DefinitionNameEnd(string line, int dollar)
    {
        int end = NameEnd(line, dollar + 1);
        return end > dollar + 1 && end < line.Length && line[end] == '=' ? end : -1;
    }

    private static int NameEnd(string line, int start)
    {
        int index = start;
        while (index < line.Length && (char.IsAsciiLetter(line[index]) || line[index] == '_' || (index > start && char.IsAsciiDigit(line[index])))) index++;
        return index;
    }

    private static bool EndsInBackslash(string line) => line.AsSpan().TrimEnd().EndsWith("\\");
}
