namespace FastLb.Configuration.Model;

/// <summary>When a server is suspected because of what becomes of its clients' connections (<c>passive_checks</c>).</summary>
/// <param name="Failures">Connections that fail within the window while none succeeds, at least 1.</param>
/// <param name="Window">1 s to 1 h.</param>
public sealed record PassiveCheckSettings(int Failures, TimeSpan Window)
{
    /// <summary>The greatest <see cref="Failures"/>.</summary>
    public const int MostFailures = 10_000;

    /// <summary>The longest <see cref="Window"/>, in seconds.</summary>
    public const int LongestWindow = 3600;

    /// <summary>How long a suspicion lasts that no check can confirm or refute.</summary>
    public TimeSpan Patience => Window * 5;
}
