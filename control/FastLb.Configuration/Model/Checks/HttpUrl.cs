using System.Globalization;

namespace FastLb.Configuration.Model.Checks;

/// <summary>A page of an HTTP check and what it must be like (<c>url</c>).</summary>
/// <param name="Path">What is asked for, as it stands in the request; not empty.</param>
public sealed record HttpUrl(string Path)
{
    /// <summary>What passes when nothing is said: 200 to 299.</summary>
    public static ValueList<StatusCodeRange> UsualStatusCodes { get; } = [new StatusCodeRange(200, 299)];

    /// <summary>The status codes that pass, at least one, in the order of the file.</summary>
    public ValueList<StatusCodeRange> StatusCodes { get; init; } = UsualStatusCodes;

    /// <summary>The MD5 digest of the body: 32 hexadecimal digits in lower case (RFC 1321), as genhash(1) prints it; null for any.</summary>
    public string? Digest { get; init; }

    /// <summary>The <c>Host</c> of the request; null for the address and port.</summary>
    public string? VirtualHost { get; init; }

    /// <summary>What the body must, or must not, hold; null for anything.</summary>
    public ContentPattern? Pattern { get; init; }

    /// <summary>True when the server is held to the letter of TLS, such as ending its connection with a closing alert (<c>tls_compliant</c>, RFC 8446 section 6.1).</summary>
    public bool TlsCompliant { get; init; }
}

/// <summary>Status codes of HTTP from one to another, both included.</summary>
/// <param name="First">100 to 599.</param>
/// <param name="Last">From the first to 599.</param>
public readonly record struct StatusCodeRange(int First, int Last)
{
    /// <summary>The lowest code that there is.</summary>
    public const int Lowest = 100;

    /// <summary>The highest code that there is.</summary>
    public const int Highest = 599;

    /// <inheritdoc/>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
