using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Lexing;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Reads <c>track_group NAME</c> of static addresses, routes and rules.</summary>
internal sealed class RoutingTrackGroups(DiagnosticBag diagnostics, TrackedNames names)
{
    /// <summary>True of the lists whose lines may name a group; what moves with an instance fails with it anyway.</summary>
    public static bool IsStatic(string list) => list.StartsWith("static_", StringComparison.Ordinal);

    /// <summary>Reads the name from the line.</summary>
    /// <returns>Null when there is no such group, which has been reported.</returns>
    public string? Read(RoutingWordReader words, Token option)
    {
        if (!words.IsAtEnd) return Find(words.Take());
        words.Fail(DiagnosticCatalog.InvalidValue, option, "'track_group' lacks its value", "expected a group's name");
        return null;
    }

    /// <summary>Looks a name up.</summary>
    /// <returns>Null when there is no such group, which has been reported.</returns>
    public string? Find(Token name)
    {
        if (names.Find(TrackedKind.Group, name.Text) is not null) return name.Text;
        Sources.SourceSpan? below = names.FindAnywhere(TrackedKind.Group, name.Text);
        string hint = below is not null ? "it is defined below this line: move it up"
            : NearestKeyword.Find(name.Text, names.NamesOf(TrackedKind.Group)) is { } nearest ? $"did you mean '{nearest}'?" : $"add 'track_group {name.Text}' above";
        diagnostics.Add(DiagnosticCatalog.UnknownTracked, name.Span, $"there is no track group '{name.Text}'", $"{hint}{(hint.EndsWith('?') ? string.Empty : ";")} 'track_group' is ignored", below);
        return null;
    }
}
