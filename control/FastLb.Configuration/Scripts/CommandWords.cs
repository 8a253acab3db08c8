using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace FastLb.Configuration.Scripts;

/// <summary>How a command fails to be read.</summary>
internal enum CommandFault
{
    /// <summary>It is fine.</summary>
    None,

    /// <summary>A single or double quote is not closed.</summary>
    OpenQuote,

    /// <summary>It ends in a backslash.</summary>
    TrailingBackslash,

    /// <summary>An escape gives a NUL, which no parameter of a process can hold.</summary>
    NulCharacter,

    /// <summary>Escapes give bytes that are no UTF-8.</summary>
    NotUtf8,
}

/// <summary>
/// Splits a text into words as keepalived does for commands: at blanks, with <c>'…'</c> and <c>"…"</c> joined to what they touch, and with
/// escapes everywhere, within both kinds of quote too: <c>\a \b \E \f \n \r \t \v</c>, <c>\ooo</c>, <c>\xH…</c>, <c>\cC</c>, and <c>\</c> before
/// any other character for that character. Escapes name bytes, so several may make one character.
/// </summary>
internal sealed class CommandWords
{
    private readonly byte[] _text;
    private readonly List<byte> _word = [];
    private readonly ImmutableArray<string>.Builder _words = ImmutableArray.CreateBuilder<string>();
    private int _index;

    private CommandWords(string text) => _text = Encoding.UTF8.GetBytes(text);

    /// <summary>Splits <paramref name="text"/>.</summary>
    /// <returns>The words, none of them when there is a fault.</returns>
    public static (ImmutableArray<string> Words, CommandFault Fault) Split(string text)
    {
        var splitter = new CommandWords(text);
        CommandFault fault = splitter.Run();
        return fault == CommandFault.None ? (splitter._words.ToImmutable(), fault) : ([], fault);
    }

    private CommandFault Run()
    {
        while (true)
        {
            while (_index < _text.Length && IsBlank(_text[_index])) _index++;
            if (_index == _text.Length) return CommandFault.None;
            _word.Clear();
            if (ReadWord() is var fault and not CommandFault.None) return fault;
            ReadOnlySpan<byte> word = CollectionsMarshal.AsSpan(_word);
            if (word.Contains((byte)0)) return CommandFault.NulCharacter;
            if (!Utf8.IsValid(word)) return CommandFault.NotUtf8;
            _words.Add(Encoding.UTF8.GetString(word));
        }
    }

    private CommandFault ReadWord()
    {
        byte quote = 0;
        while (_index < _text.Length)
        {
            byte current = _text[_index];
            if (quote == 0 && IsBlank(current)) return CommandFault.None;
            _index++;
            if (current == '\\')
            {
                if (_index == _text.Length) return CommandFault.TrailingBackslash;
                _word.Add(ReadEscape());
            }
            else if (quote != 0 && current == quote)
            {
                quote = 0;
            }
            else if (quote == 0 && current is (byte)'"' or (byte)'\'')
            {
                quote = current;
            }
            else
            {
                _word.Add(current);
            }
        }

        return quote == 0 ? CommandFault.None : CommandFault.OpenQuote;
    }

    /// <summary>Reads what follows a backslash; numbers beyond a byte lose their high bits.</summary>
    private byte ReadEscape()
    {
        byte first = _text[_index++];
        switch (first)
        {
            case (byte)'x' when _index < _text.Length && char.IsAsciiHexDigit((char)_text[_index]):
                return ReadNumber(digitBits: 4, mostDigits: int.MaxValue, char.IsAsciiHexDigit);
            case (byte)'c' when _index < _text.Length:
                return (byte)(_text[_index++] & 0x1F);
            case >= (byte)'0' and <= (byte)'7':
                _index--;
                return ReadNumber(digitBits: 3, mostDigits: 3, c => c is >= '0' and <= '7');
            default:
                return first switch
                {
                    (byte)'a' => (byte)'\a',
                    (byte)'b' => (byte)'\b',
                    (byte)'E' => (byte)'\e',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'v' => (byte)'\v',
                    _ => first,
                };
        }
    }

    private byte ReadNumber(int digitBits, int mostDigits, Func<char, bool> isDigit)
    {
        byte value = 0;
        for (int digits = 0; digits < mostDigits && _index < _text.Length && isDigit((char)_text[_index]); digits++)
        {
            value = (byte)((value << digitBits) | DigitValue(_text[_index++]));
        }

        return value;
    }

    private static int DigitValue(byte digit) => digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    /// <summary>The C locale's blanks.</summary>
    private static bool IsBlank(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\f' or (byte)'\n' or (byte)'\r' or (byte)'\v';
}
