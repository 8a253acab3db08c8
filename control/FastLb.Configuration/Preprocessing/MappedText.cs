using System.Collections.Immutable;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>A stretch of a mapped text and where it came from.</summary>
/// <param name="Start">Index of its first character in the mapped text.</param>
/// <param name="Origin">
/// Where it stands in the file: of a verbatim piece, its first character; of an expanded one, the whole reference in whose place it was put.
/// </param>
/// <param name="IsVerbatim">Whether the file has these very characters.</param>
internal readonly record struct TextPiece(int Start, SourceSpan Origin, bool IsVerbatim);

/// <summary>A line, or a part of one, in which every character knows its place in the files, also after substitutions. Immutable.</summary>
internal sealed class MappedText
{
    internal MappedText(string text, ImmutableArray<TextPiece> pieces)
    {
        Text = text;
        Pieces = pieces;
    }

    /// <summary>The characters.</summary>
    public string Text { get; }

    /// <summary>At least one, in the order of the text; the first starts at 0.</summary>
    internal ImmutableArray<TextPiece> Pieces { get; }

    /// <summary>Text that stands in a file as it is; <paramref name="start"/> is the place of its first character.</summary>
    public static MappedText Verbatim(string text, SourceSpan start) => new(text, [new TextPiece(0, start, IsVerbatim: true)]);

    /// <summary>The place of a stretch of the text. Length 0 gives a point; it may lie just after the last character.</summary>
    public SourceSpan Span(int start, int length)
    {
        TextPiece first = Pieces[PieceAt(start)];
        if (!first.IsVerbatim && length == 0) return first.Origin with { Column = first.Origin.EndColumn, Length = 0 };
        SourceSpan begin = PlaceIn(first, start, Math.Min(length, 1));
        return length > 1 ? begin.To(PlaceIn(Pieces[PieceAt(start + length - 1)], start + length - 1, 1)) : begin;
    }

    /// <summary>The characters from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public MappedText Slice(int start, int end)
    {
        if (start == 0 && end == Text.Length) return this;
        var slice = new MappedTextBuilder();
        slice.Append(this, start, end);
        return slice.ToMappedText(Span(start, 0));
    }

    /// <summary>Index of the piece that holds the character at <paramref name="index"/>; the last one for the end of the text.</summary>
    internal int PieceAt(int index)
    {
        int low = 0, high = Pieces.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Pieces[middle].Start <= index)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private static SourceSpan PlaceIn(TextPiece piece, int index, int length) =>
        piece.IsVerbatim ? piece.Origin with { Column = piece.Origin.Column + index - piece.Start, Length = length } : piece.Origin;
}
