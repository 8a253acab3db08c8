namespace FastLb.Lab.Tests.Laboratory;

/// <summary>How a command ended and all it printed.</summary>
internal sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>Standard output, if the command succeeded.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public string Expected() => ExitCode == 0
        ? Output
        : throw new InvalidOperationException(ToString());

    public override string ToString() => $"{CommandLine}: exit status {ExitCode}\n{Output}{Error}";
}
