using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds the scripts of the director's start and stop.</summary>
internal sealed class DirectorScriptsBinder(DiagnosticBag diagnostics)
{
    private readonly NotifyScriptReader _reader = new(diagnostics);

    /// <summary>The scripts after <paramref name="statement"/>; null when it is about something else.</summary>
    public DirectorScripts? Apply(DirectorScripts scripts, CheckedStatement statement) => statement.Name switch
    {
        "startup_script" => scripts with { Startup = _reader.Read(statement) ?? scripts.Startup },
        "startup_script_timeout" => scripts with { StartupTimeout = statement.Seconds(0) },
        "shutdown_script" => scripts with { Shutdown = _reader.Read(statement) ?? scripts.Shutdown },
        "shutdown_script_timeout" => scripts with { ShutdownTimeout = statement.Seconds(0) },
        _ => null,
    };
}
