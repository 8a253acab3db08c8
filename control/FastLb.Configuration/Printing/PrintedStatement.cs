namespace FastLb.Configuration.Printing;

/// <summary>A keyword with its parameters as they are printed, and its block.</summary>
/// <param name="Keyword">In quotes unless it is plain.</param>
/// <param name="Parameters">In quotes where they need it, separated by blanks; secrets in plain text. Empty for none.</param>
internal sealed record PrintedStatement(string Keyword, string Parameters)
{
    /// <summary>The parameters with the secret among them covered; null when there is none.</summary>
    public string? Covered { get; init; }

    /// <summary>What stands between its braces; null when it has none.</summary>
    public List<PrintedStatement>? Block { get; init; }

    /// <summary>The parameters as they may be shown.</summary>
    public string ParametersFor(SecretPrinting secrets) => secrets == SecretPrinting.Cover && Covered is not null ? Covered : Parameters;

    /// <summary>The line without its block.</summary>
    public string LineFor(SecretPrinting secrets) => Parameters.Length == 0 ? Keyword : $"{Keyword} {ParametersFor(secrets)}";
}
