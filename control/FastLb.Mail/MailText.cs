using System.Globalization;
using System.Text;

namespace FastLb.Mail;

/// <summary>A message as it travels: headers and body by RFC 5322, lines that begin with a dot doubled and the end marked by RFC 5321 section 4.5.2.</summary>
internal static class MailText
{
    /// <summary>The longest line that a server must take, without its CRLF (RFC 5321 section 4.5.3.1.6), bytes.</summary>
    private const int LongestLine = 998;

    /// <summary>The octets of an encoded word of RFC 2047 hold 75 characters; what remains of them for text, in whole groups of base64.</summary>
    private const int EncodedWordBytes = 45;

    /// <summary>What follows the server's go-ahead to <c>DATA</c>, the closing dot included.</summary>
    /// <param name="message">What is told.</param>
    /// <param name="route">Names sender and recipients.</param>
    /// <param name="id">Makes the Message-ID unique on this host.</param>
    public static byte[] Compose(MailMessage message, MailRoute route, string id)
    {
        var text = new StringBuilder()
            .Append($"Date: {message.Date.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)}{Zone(message.Date.Offset)}\r\n")
            .Append($"From: {OneLine(route.Sender)}\r\n")
            .Append($"Subject: {Encoded(OneLine(message.Subject))}\r\n")
            .Append("X-Mailer: FastLb\r\n")
            .Append($"To: {string.Join(",\r\n ", route.Recipients.Select(OneLine))}\r\n")
            .Append($"Message-ID: <{id}@{OneLine(route.HeloName)}>\r\n")
            .Append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
        foreach (string line in message.Body.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').SelectMany(Parts))
            text.Append(line.StartsWith('.') ? "." : string.Empty).Append(line).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.Append(".\r\n").ToString());
    }

    /// <summary>A zone as +hhmm or -hhmm (RFC 5322 section 3.3).</summary>
    private static string Zone(TimeSpan offset) => $"{(offset < TimeSpan.Zero ? '-' : '+')}{offset.Duration():hhmm}";

    private static string OneLine(string text) => string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));

    /// <summary>Text as it is if it is ASCII, else in encoded words (RFC 2047 section 2), none of which parts a character.</summary>
    private static string Encoded(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        List<string> words = [];
        var word = new List<byte>();
        foreach (Rune rune in text.EnumerateRunes())
        {
            byte[] bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (word.Count + bytes.Length > EncodedWordBytes)
            {
                words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
                word.Clear();
            }

            word.AddRange(bytes);
        }

        words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
        return string.Join("\r\n ", words);
    }

    /// <summary>A line in parts that servers must take; four bytes are the most that a character has.</summary>
    private static IEnumerable<string> Parts(string line) =>
        Encoding.UTF8.GetByteCount(line) <= LongestLine ? [line] : line.Chunk(LongestLine / 4).Select(part => new string(part));
}
