using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace FastLb.Command;

/// <summary>How the processes of a director log, as options of a command.</summary>
internal sealed class LogOptions
{
    private static readonly Dictionary<string, LogLevel> Levels = new(StringComparer.Ordinal)
    {
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    };

    private readonly Option<string> _format = new Option<string>("--log-format")
    {
        Description = "How log lines look on standard error: for people, as JSON, or for the journal",
        DefaultValueFactory = _ => Logging.Plain,
    }.AcceptOnlyFromAmong(Logging.Plain, Logging.Json, Logging.Systemd);

    private readonly Option<string> _level = new Option<string>("--log-level")
    {
        Description = "The least severe log lines that are written",
        DefaultValueFactory = _ => "info",
    }.AcceptOnlyFromAmong([.. Levels.Keys]);

    /// <summary>Gives a command these options.</summary>
    public void AddTo(System.CommandLine.Command command)
    {
        command.Options.Add(_format);
        command.Options.Add(_level);
    }

    /// <summary>The form that was chosen.</summary>
    public string Format(ParseResult arguments) => arguments.GetRequiredValue(_format);

    /// <summary>Log lines as they were asked for.</summary>
    public ILoggerFactory Create(ParseResult arguments) => Logging.Create(Format(arguments), Levels[arguments.GetRequiredValue(_level)]);

    /// <summary>The same choice as arguments for another process.</summary>
    public IReadOnlyList<string> ForChild(ParseResult arguments) =>
        [_format.Name, arguments.GetRequiredValue(_format), _level.Name, arguments.GetRequiredValue(_level)];
}
