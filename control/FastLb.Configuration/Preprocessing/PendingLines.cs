using System.Diagnostics.CodeAnalysis;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Preprocessing;

/// <summary>A line that is to be read next.</summary>
/// <param name="Text">The line.</param>
/// <param name="Start">Where reading begins.</param>
/// <param name="IsExpanded">Whether its references have been replaced.</param>
internal readonly record struct PendingLine(MappedText Text, int Start, bool IsExpanded);

/// <summary>
/// What is still to be read: the rest of a line after a brace, then the lines of definitions, loops and files, each of them within the one below. It is a stack of
/// its own, so that hostile nesting costs no call depth. Not thread-safe.
/// </summary>
internal sealed class PendingLines(ExpansionBudget budget, IncludeRequirement includeChecks, DiagnosticBag diagnostics)
{
    private readonly Stack<LineFrame> _frames = new();
    private readonly List<FileFrame> _files = [];
    private PendingLine? _rest;
    private int _nesting;

    /// <summary>The files that are open, the innermost last.</summary>
    public IReadOnlyList<FileFrame> Files => _files;

    /// <summary>The folder of the file that is being read; empty for the working directory.</summary>
    public string Directory => _files.Count > 0 ? _files[^1].Directory : string.Empty;

    /// <summary>What a plain <c>include</c> demands of its files in the file that is being read. Files that it includes begin with it, and it is as before when they end.</summary>
    public IncludeRequirement IncludeChecks
    {
        get
        {
            for (int i = _files.Count - 1; i >= 0; i--)
            {
                if (_files[i].IncludeChecks is { } checks) return checks;
            }

            return includeChecks;
        }

        set
        {
            if (_files.Count > 0) _files[^1].IncludeChecks = value;
        }
    }

    /// <summary>The next line; false when all has been read or the reading has been given up.</summary>
    public bool TryRead(out PendingLine line)
    {
        line = default;
        if (budget.IsGivenUp) return false;
        if (_rest is { } rest)
        {
            _rest = null;
            line = rest;
            return true;
        }

        while (_frames.TryPeek(out LineFrame? frame))
        {
            if (frame is FileListFrame list && list.TryOpen(out FileFrame? file))
            {
                _frames.Push(file);
                _files.Add(file);
            }
            else if (frame.TryRead(out MappedText? text))
            {
                if (frame is not FileFrame && !TakeRoom(text)) return false;
                line = new PendingLine(text, 0, IsExpanded: false);
                return true;
            }
            else
            {
                Leave(frame);
            }
        }

        return false;
    }

    /// <summary>The next line of the text that is being read, for a definition that goes on in it; false where the text ends.</summary>
    public bool TryContinue([NotNullWhen(true)] out MappedText? line)
    {
        line = null;
        return _frames.TryPeek(out LineFrame? frame) && frame.IsText && frame.TryRead(out line);
    }

    /// <summary>Has the rest of a line read next. There is one at the most at any time.</summary>
    public void SetRest(PendingLine rest) => _rest = rest;

    /// <summary>Has files read next, one after the other.</summary>
    public void PushFiles(IEnumerable<SourceText> sources) => _frames.Push(new FileListFrame(sources, diagnostics));

    /// <summary>Has the lines of <paramref name="definition"/> after the first read next; false when that is nested too deeply, which is reported.</summary>
    public bool TryPushDefinition(Definition definition, SourceSpan reference) => TryPush(new DefinitionFrame(definition.Lines, reference), reference);

    /// <summary>Has the rounds of a loop read next; false when that is nested too deeply, which is reported.</summary>
    public bool TryPushLoop(LoopFrame loop, SourceSpan place) => TryPush(loop, place);

    private bool TryPush(LineFrame frame, SourceSpan place)
    {
        if (_nesting >= ExpansionBudget.MaximumNesting)
        {
            diagnostics.Add(
                DiagnosticCatalog.ExpansionTooDeep, place, $"sequences and definitions of several lines are nested more than {ExpansionBudget.MaximumNesting} deep",
                "a definition refers to itself; the configuration is not read on from here");
            budget.GiveUp();
            return false;
        }

        _frames.Push(frame);
        _nesting++;
        return true;
    }

    private void Leave(LineFrame frame)
    {
        _frames.Pop();
        if (frame is FileFrame)
            _files.RemoveAt(_files.Count - 1);
        else if (frame is not FileListFrame)
            _nesting--;
    }

    private bool TakeRoom(MappedText line)
    {
        if (!budget.TakeLine())
        {
            diagnostics.Add(
                DiagnosticCatalog.ExpansionTooLarge, line.Span(0, Math.Min(1, line.Text.Length)),
                $"sequences, lists and definitions of several lines have produced more than {ExpansionBudget.MaximumLines} lines", "the configuration is not read on from here");
        }
        else if (budget.TakeCharacters(line.Text.Length))
        {
            return true;
        }
        else
        {
            diagnostics.Add(
                DiagnosticCatalog.ExpansionTooLarge, line.Span(0, Math.Min(1, line.Text.Length)),
                $"sequences and definitions have produced more than {ExpansionBudget.MaximumCharacters} characters", "the configuration is not read on from here");
        }

        budget.GiveUp();
        return false;
    }
}
