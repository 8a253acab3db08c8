using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>Where lines come from, one by one. Not thread-safe.</summary>
internal abstract class LineFrame
{
    /// <summary>True for lines that were written one after the other, so that a definition may go on in them.</summary>
    public abstract bool IsText { get; }

    /// <summary>The next line, trimmed and without comment; it may be empty. False at the end.</summary>
    public abstract bool TryRead([NotNullWhen(true)] out MappedText? line);
}

/// <summary>The lines of a file. What is wrong with a line's characters is told.</summary>
internal sealed class FileFrame(SourceText source, DiagnosticBag diagnostics) : LineFrame
{
    private int _number;

    /// <summary>The file.</summary>
    public SourceText Source => source;

    /// <summary>What plain includes demand, if the file says so.</summary>
    public IncludeRequirement? IncludeChecks { get; set; }

    /// <summary>The folder that the file lies in, as far as its name says; empty for the working directory.</summary>
    public string Directory { get; } = Path.GetDirectoryName(source.FileName) ?? "/";

    /// <inheritdoc/>
    public override bool IsText => true;

    /// <inheritdoc/>
    public override bool TryRead([NotNullWhen(true)] out MappedText? line)
    {
        line = null;
        if (_number >= source.LineCount) return false;
        string text = source.Line(++_number);
        if (_number == 1 && text.StartsWith('\uFEFF'))
        {
            diagnostics.Add(
                DiagnosticCatalog.ByteOrderMark, source.Span(1, 1, 1), "the file begins with a byte order mark",
                "keepalived takes it for a part of the first word; save the file as UTF-8 without BOM");
            text = string.Concat(" ", text.AsSpan(1));
        }

        int nul = text.IndexOf('\0');
        if (nul >= 0)
        {
            diagnostics.Add(DiagnosticCatalog.NulCharacter, source.Span(_number, nul + 1, 1), "the line contains a NUL character and is left out");
            text = string.Empty;
        }

        line = CommentStripper.Strip(text, source, _number);
        return true;
    }
}

/// <summary>The files of one include: they are opened one after the other, so that none of them is open while another is read.</summary>
internal sealed class FileListFrame(IEnumerable<SourceText> sources, DiagnosticBag diagnostics) : LineFrame
{
    private readonly Queue<SourceText> _sources = new(sources);

    /// <inheritdoc/>
    public override bool IsText => false;

    /// <summary>The next file, to be read before this goes on; false when there is none left.</summary>
    public bool TryOpen([NotNullWhen(true)] out FileFrame? file)
    {
        file = _sources.TryDequeue(out SourceText? source) ? new FileFrame(source, diagnostics) : null;
        return file is not null;
    }

    /// <inheritdoc/>
    public override bool TryRead([NotNullWhen(true)] out MappedText? line)
    {
        line = null;
        return false;
    }
}

/// <summary>The lines of a definition after its first, in the place of a reference to it.</summary>
internal sealed class DefinitionFrame(ImmutableArray<DefinedLine> lines, SourceSpan reference) : LineFrame
{
    private int _next = 1;

    /// <inheritdoc/>
    public override bool IsText => true;

    /// <inheritdoc/>
    public override bool TryRead([NotNullWhen(true)] out MappedText? line)
    {
        line = null;
        if (_next >= lines.Length) return false;
        DefinedLine defined = lines[_next++];
        line = new MappedText(defined.Text, [new TextPiece(0, reference with { Expansion = defined.Expansion }, IsVerbatim: false)]);
        return true;
    }
}

/// <summary>The line that a sequence or a list repeats, with its variables set anew each time.</summary>
internal sealed class LoopFrame(Loop loop, MappedText body, Dictionary<string, Definition> definitions) : LineFrame
{
    private long _round;

    /// <inheritdoc/>
    public override bool IsText => false;

    /// <inheritdoc/>
    public override bool TryRead([NotNullWhen(true)] out MappedText? line)
    {
        line = null;
        if (_round >= loop.Rounds) return false;
        loop.SetVariables(_round++, definitions);
        line = body;
        return true;
    }
}
