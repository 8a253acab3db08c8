using FastLb.Configuration.Keywords;

namespace FastLb.Fuzzing;

/// <summary>Makes texts of a corpus: one of its files with some edits, each of a kind that people or machines make. The same seed gives the same text.</summary>
internal sealed class TextMutator(IReadOnlyList<string> corpus)
{
    private const int MostEdits = 8, LongestRange = 200, LongestText = 1 << 16;

    private static readonly string[] Pieces =
    [
        "{", "}", "\n", "\r\n", " ", "\t", "\"", "'", "#", "!", "\\", "\\#", "//", "“", "\0", "\uFEFF", "é", "\ud800", "\v", "\f",
        "$", "${", "${X}", "$A", "$A=", "$A=${A}${A}\n", "$M=\\\n $M \\\n $M\n", "\\\n", "@", "@a ", "@^main ", "~SEQ(", "~SEQ(i,1,1000000000) ", "~SEQx(i,1,3) ", "~LST(v,a,b) ", "~LST({x,y},{1,2}) ",
        "include ", "include main.conf\n", "include d/a.conf\n", "includer {a,b}*\n", "${_RANDOM 1 9}", "${_ENV SITE}", "$_PWD", "${_HASH}",
        "0", "1", "-1", "1.5", "0.0000001", "255", "256", "65536", "4294967296", "99999999999999999999", "192.0.2.1", "192.0.2.1/24", "192.0.2.300", "2001:db8::1", "::ffff:1.2.3.4", "fe80::1%eth0",
        "rr", "DR", "TUN", "TCP", "SCTP", "MASTER", "eth0", "on", "off", "fwmark 7", "group G", "weight", "reverse", "dev", "type gue port 6080", "inst",
        .. KeywordTable.Entries.Select(entry => entry.Name).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The text of a seed.</summary>
    public string Make(ulong seed)
    {
        // A generator of its own for each text: what fails is repeated by its seed alone.
        var random = new Random(unchecked((int)(seed ^ (seed >> 32)) * 0x5851F42D));
        string text = corpus[random.Next(corpus.Count)];
        for (int edits = 1 + random.Next(MostEdits); edits > 0; edits--) text = Edit(text, random);
        return text.Length <= LongestText ? text : text[..LongestText];
    }

    private string Edit(string text, Random random)
    {
        int at = random.Next(text.Length + 1), length = Math.Min(random.Next(LongestRange), text.Length - at);
        switch (random.Next(9))
        {
            case 0:
                return text.Insert(at, Piece(random));
            case 1:
                return text.Remove(at, length);
            case 2:
                return text.Insert(random.Next(text.Length + 1), text.Substring(at, length));
            case 3:
                return $"{text[..at]}{Piece(random)}{text[(at + length)..]}";
            case 4:
                return ExchangeLines(text, random);
            case 5:
                string other = corpus[random.Next(corpus.Count)];
                return text.Insert(at, Range(other, random));
            case 6:
                return text[..at];
            case 7:
                return length == 0 ? text : $"{text[..at]}{(char)random.Next(random.Next(2) == 0 ? 128 : char.MaxValue)}{text[(at + 1)..]}";
            default:
                return ReplaceWord(text, at, random);
        }
    }

    private static string Range(string text, Random random)
    {
        int at = random.Next(text.Length + 1);
        return text.Substring(at, Math.Min(random.Next(LongestRange), text.Length - at));
    }

    private static string ExchangeLines(string text, Random random)
    {
        string[] lines = text.Split('\n');
        int one = random.Next(lines.Length), two = random.Next(lines.Length);
        (lines[one], lines[two]) = (lines[two], lines[one]);
        return string.Join('\n', lines);
    }

    private static string ReplaceWord(string text, int at, Random random)
    {
        int start = at, end = at;
        while (start > 0 && !char.IsWhiteSpace(text[start - 1])) start--;
        while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
        return $"{text[..start]}{Piece(random)}{text[end..]}";
    }

    private static string Piece(Random random) => Pieces[random.Next(Pieces.Length)];
}
