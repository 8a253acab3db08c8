using System.Text;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Scripts;

/// <summary>Writes a command as one line of a configuration: the reverse of reading it, whatever its parameters hold.</summary>
internal static class CommandPrinter
{
    /// <summary>The parameters of a notify keyword: the command in double quotes, then the user and group if they are set.</summary>
    public static string Print(NotifyScript script)
    {
        // The command is split twice: from its line, and then into its own words. What would not survive is written as a number that the
        // second reading makes a character; its backslash is doubled for the first.
        string command = string.Join(' ', script.Arguments.Select(a => a.Length == 0 || a.Contains(' ') ? $"'{Escape(a, @"\\")}'" : Escape(a, @"\\")));
        var line = new StringBuilder($"\"{command}\"");
        if (script.User is { } user)
        {
            line.Append($" \"{Escape(user.Name, @"\")}\"");
            if (user.Group is { } group) line.Append($" \"{Escape(group, @"\")}\"");
        }

        return line.ToString();
    }

    private static string Escape(string text, string escape)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (c is '"' or '\'' or '\\' or '$' || char.IsControl(c))
            {
                // Control characters of ISO 8859-1's upper half have two bytes in UTF-8.
                foreach (byte b in Encoding.UTF8.GetBytes([c])) escaped.Append(escape).Append(Convert.ToString(b, 8).PadLeft(3, '0'));
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }
}
