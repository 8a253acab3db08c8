using System.Collections.Immutable;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Syntax;

/// <summary>A keyword with its parameters and, where it opens one, its block.</summary>
public sealed class StatementSyntax
{
    internal StatementSyntax(ImmutableArray<Token> words, bool isUnreadable)
    {
        Words = words;
        IsUnreadable = isUnreadable;
    }

    /// <summary>The keyword and its parameters; at least one word unless the statement is unreadable.</summary>
    public ImmutableArray<Token> Words { get; }

    /// <summary>The block that belongs to the statement, if any.</summary>
    public BlockSyntax? Block { get; internal set; }

    /// <summary>True when a part of the statement could not be read (and was reported): it is left out.</summary>
    public bool IsUnreadable { get; }

    /// <summary>The first word.</summary>
    public Token Keyword => Words[0];

    /// <summary>From the keyword to the last parameter.</summary>
    public SourceSpan Span => Words[0].Span.To(Words[^1].Span);

    /// <summary>
    /// From the keyword to the last parameter as the preprocessor left it, with quotes and backslashes, for the keywords whose parameters are a command. (The
    /// words of a statement stand on one line.)
    /// </summary>
    public string Text => Words[0].Place.Line[Words[0].Place.Start..Words[^1].Place.End];
}

/// <summary>What stands between a pair of braces, or the whole file.</summary>
public sealed class BlockSyntax
{
    internal BlockSyntax(BlockContext context, SourceSpan open)
    {
        Context = context;
        Open = open;
    }

    /// <summary>Which keywords have a meaning here.</summary>
    public BlockContext Context { get; }

    /// <summary>The opening brace; the start of the file for the outermost block.</summary>
    public SourceSpan Open { get; }

    /// <summary>The closing brace; null for the file and for a block left open.</summary>
    public SourceSpan? Close { get; internal set; }

    /// <summary>The statements in the order of the file.</summary>
    public IReadOnlyList<StatementSyntax> Statements => Items;

    internal List<StatementSyntax> Items { get; } = [];
}
