using System.Collections.Immutable;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Syntax;

/// <summary>
/// Builds the tree of statements and blocks. It keeps its own stack, so that nesting costs no call depth, and it knows from the keyword table
/// which blocks stand where: a block that cannot stand inside the current one but can stand further out shows that the current one was left
/// open. Unknown blocks are kept whole, so that their closing brace does not close their parent. Not thread-safe.
/// </summary>
internal sealed class SyntaxParser
{
    /// <summary>keepalived's language nests four deep; blocks beyond this depth are counted and left out.</summary>
    private const int MaximumDepth = 16;

    private readonly ImmutableArray<Token> _tokens;
    private readonly SourceFiles _sources;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<OpenBlock> _open = [];
    private readonly ImmutableArray<Token>.Builder _words = ImmutableArray.CreateBuilder<Token>();
    private readonly Dictionary<(string File, int Line), int> _indentations = [];
    private bool _unreadable;
    private StatementSyntax? _awaitingBlock;
    private int _depthBeyondMaximum;
    private int _closedForTheWriter;
    private (SourceSpan Brace, OpenBlock Closed, OpenBlock IndentedLike)? _misindented;

    private SyntaxParser(ImmutableArray<Token> tokens, SourceFiles sources, DiagnosticBag diagnostics)
    {
        _tokens = tokens;
        _sources = sources;
        _diagnostics = diagnostics;
        _open.Add(new OpenBlock(new BlockSyntax(BlockContext.Root, sources.Main.Span(1, 1, 0)), Head: default));
    }

    /// <summary>A block whose closing brace has not come yet.</summary>
    /// <param name="Block">The block.</param>
    /// <param name="Head">The keyword that opened the block (or the brace, where there is none).</param>
    private sealed record OpenBlock(BlockSyntax Block, Token Head)
    {
        public bool IsNamed => Head.Kind == TokenKind.Word && Head.Text.Length > 0;
    }

    private OpenBlock Current => _open[^1];

    /// <summary>Parses <paramref name="tokens"/>; every fault of structure goes to <paramref name="diagnostics"/>.</summary>
    public static BlockSyntax Parse(ImmutableArray<Token> tokens, SourceFiles sources, DiagnosticBag diagnostics)
    {
        var parser = new SyntaxParser(tokens, sources, diagnostics);
        parser.Run();
        return parser._open[0].Block;
    }

    private void Run()
    {
        foreach (Token token in _tokens)
        {
            if (_depthBeyondMaximum > 0 && token.Kind is not (TokenKind.OpenBrace or TokenKind.CloseBrace or TokenKind.EndOfFile)) continue;
            switch (token.Kind)
            {
                case TokenKind.Word:
                    _words.Add(token);
                    break;
                case TokenKind.UnterminatedString:
                    _unreadable = true;
                    break;
                case TokenKind.EndOfLine:
                    EndStatement();
                    break;
                case TokenKind.OpenBrace:
                    OpenABlock(token.Span);
                    break;
                case TokenKind.CloseBrace:
                    CloseABlock(token.Span);
                    break;
                case TokenKind.EndOfFile:
                    EndStatement();
                    while (_open.Count > 1) LeaveOpenBlock(null);
                    break;
                default:
                    throw new InvalidOperationException($"The parser has no rule for the token {token.Kind}.");
            }
        }
    }

    private void EndStatement()
    {
        if (_words.Count == 0)
        {
            _unreadable = false;
            return;
        }

        var statement = new StatementSyntax(_words.ToImmutable(), _unreadable);
        _words.Clear();
        _unreadable = false;
        Current.Block.Items.Add(statement);
        _awaitingBlock = statement;
    }

    private void OpenABlock(SourceSpan brace)
    {
        if (_depthBeyondMaximum > 0 || _open.Count > MaximumDepth)
        {
            if (_depthBeyondMaximum++ == 0)
            {
                _diagnostics.Add(DiagnosticCatalog.NestedTooDeeply, brace, $"blocks are nested more than {MaximumDepth} deep; this one is left out");
                EndStatement();
            }

            return;
        }

        EndStatement();
        StatementSyntax? head = _awaitingBlock;
        _awaitingBlock = null;
        if (head is null)
        {
            if (Current.Block.Context != BlockContext.Unknown)
            {
                _diagnostics.Add(DiagnosticCatalog.UnexpectedBlock, brace, "'{' without a keyword before it", "the block is left out");
            }

            _open.Add(new OpenBlock(new BlockSyntax(BlockContext.Unknown, brace), new Token(TokenKind.OpenBrace, string.Empty, brace)));
            return;
        }

        LeaveBlocksThatCannotHold(head);
        var block = new BlockSyntax(KeywordTable.BodyOf(Current.Block.Context, head.Keyword.Text) ?? BlockContext.Unknown, brace);
        head.Block = block;
        _open.Add(new OpenBlock(block, head.Keyword));
    }

    private void CloseABlock(SourceSpan brace)
    {
        if (_depthBeyondMaximum > 0)
        {
            _depthBeyondMaximum--;
            return;
        }

        EndStatement();
        _awaitingBlock = null;
        if (_open.Count > 1)
        {
            NoteIndentation(brace);
            Current.Block.Close = brace;
            _open.RemoveAt(_open.Count - 1);
        }
        else if (_closedForTheWriter > 0)
        {
            // The brace that the writer did put for a block which was found left open before: one fault, reported once.
            _closedForTheWriter--;
        }
        else
        {
            _diagnostics.Add(DiagnosticCatalog.ExtraClosingBrace, brace, "extra '}': no block is open here");
        }
    }

    /// <summary>Closes the blocks that <paramref name="head"/> cannot stand in when a block further out can hold it.</summary>
    private void LeaveBlocksThatCannotHold(StatementSyntax head)
    {
        if (KeywordTable.BodyOf(Current.Block.Context, head.Keyword.Text) is not null) return;
        int holder = _open.Count - 2;
        while (holder >= 0 && KeywordTable.BodyOf(_open[holder].Block.Context, head.Keyword.Text) is null) holder--;
        if (holder < 0) return;

        // Inside a block that nobody knows, a known name proves nothing, unless it stands where only the outermost level is written.
        bool startsItsLine = head.Keyword.Span.Column == 1;
        if (Current.Block.Context == BlockContext.Unknown && !(holder == 0 && startsItsLine)) return;

        Current.Block.Items.RemoveAt(Current.Block.Items.Count - 1);
        while (_open.Count - 1 > holder) LeaveOpenBlock(head);
        Current.Block.Items.Add(head);
    }

    /// <summary>Reports the innermost block as never closed and closes it.</summary>
    /// <param name="next">The block that cannot stand inside it; null at the end of the file.</param>
    private void LeaveOpenBlock(StatementSyntax? next)
    {
        OpenBlock left = Current;
        _open.RemoveAt(_open.Count - 1);
        string name = left.IsNamed ? $"'{left.Head.Text}'" : "the block";
        string hint = next is null
            ? "the file ends before its '}'"
            : $"a '}}' is missing before '{next.Keyword.Text}' on {next.Keyword.Span.LineSeenFrom(left.Head.Span)}";
        if (next is not null) _closedForTheWriter++;
        SourceSpan? related = next?.Keyword.Span;
        if (_misindented is var (brace, closed, indentedLike) && ReferenceEquals(indentedLike, left))
        {
            hint = $"the '}}' on {brace.LineSeenFrom(left.Head.Span)} is indented like {name} but closes '{closed.Head.Text}', which began on {closed.Head.Span.LineSeenFrom(left.Head.Span)}";
            related = closed.Head.Span;
        }

        _diagnostics.Add(DiagnosticCatalog.UnclosedBlock, left.Head.Span, $"{name} opens a block that is never closed", hint, related);
    }

    /// <summary>Remembers a closing brace that stands in the column of a block further out: the likely place of a missing one.</summary>
    private void NoteIndentation(SourceSpan brace)
    {
        if (_misindented is not null || !IsFirstOnItsLine(brace) || !Current.IsNamed || Current.Head.Span.IsOnLineOf(brace)) return;
        if (Indentation(Current) == brace.Column) return;
        for (int i = _open.Count - 2; i > 0; i--)
        {
            if (_open[i].IsNamed && Indentation(_open[i]) == brace.Column)
            {
                _misindented = (brace, Current, _open[i]);
                return;
            }
        }
    }

    private bool IsFirstOnItsLine(SourceSpan span) => Column(span) == span.Column;

    private int Indentation(OpenBlock block) => Column(block.Head.Span);

    /// <summary>The column of the first character that is no blank on the line of <paramref name="place"/>.</summary>
    private int Column(SourceSpan place)
    {
        if (_indentations.TryGetValue((place.File, place.Line), out int column)) return column;
        string text = _sources.Line(place);
        column = text.Length - text.AsSpan().TrimStart().Length + 1;
        _indentations.Add((place.File, place.Line), column);
        return column;
    }
}
