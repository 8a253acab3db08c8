using System.Collections.Immutable;
using System.Text;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>Puts a mapped text together from stretches of others and from expansions. Not thread-safe.</summary>
internal sealed class MappedTextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly ImmutableArray<TextPiece>.Builder _pieces = ImmutableArray.CreateBuilder<TextPiece>();

    /// <summary>Number of characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>Adds the characters of <paramref name="source"/> from <paramref name="start"/> up to <paramref name="end"/>, each with its place.</summary>
    public void Append(MappedText source, int start, int end)
    {
        if (end <= start) return;
        for (int i = source.PieceAt(start); i < source.Pieces.Length && source.Pieces[i].Start < end; i++)
        {
            TextPiece piece = source.Pieces[i];
            int skipped = Math.Max(0, start - piece.Start);
            SourceSpan origin = piece.IsVerbatim ? piece.Origin with { Column = piece.Origin.Column + skipped } : piece.Origin;
            _pieces.Add(new TextPiece(_text.Length + Math.Max(piece.Start, start) - start, origin, piece.IsVerbatim));
        }

        _text.Append(source.Text, start, end - start);
    }

    /// <summary>Adds text that stands for the reference at <paramref name="origin"/>.</summary>
    public void AppendExpanded(string text, SourceSpan origin)
    {
        if (text.Length == 0) return;
        _pieces.Add(new TextPiece(_text.Length, origin, IsVerbatim: false));
        _text.Append(text);
    }

    /// <summary>The text; <paramref name="place"/> is its place if it is empty.</summary>
    public MappedText ToMappedText(SourceSpan place)
    {
        if (_pieces.Count == 0) _pieces.Add(new TextPiece(0, place, IsVerbatim: true));
        return new MappedText(_text.ToString(), _pieces.ToImmutable());
    }
}
