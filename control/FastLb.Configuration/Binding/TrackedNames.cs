using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>The names of what is defined outside all blocks and tracked by checks, wherever in the file it stands.</summary>
/// <param name="Files">Those of <c>track_file</c> and of its former name.</param>
/// <param name="BfdSessions">Those of <c>bfd_instance</c>.</param>
internal sealed record TrackedNames(IReadOnlySet<string> Files, IReadOnlySet<string> BfdSessions)
{
    /// <summary>Reads them from the outermost statements.</summary>
    public static TrackedNames Of(BlockSyntax root) => new(Find(root, "track_file", "vrrp_track_file"), Find(root, "bfd_instance"));

    private static HashSet<string> Find(BlockSyntax root, params string[] keywords) => root.Statements
        .Where(statement => !statement.IsUnreadable && statement.Words.Length > 1 && keywords.Contains(statement.Keyword.Text, StringComparer.Ordinal))
        .Select(statement => statement.Words[1].Text)
        .ToHashSet(StringComparer.Ordinal);
}
