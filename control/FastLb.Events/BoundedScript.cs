using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;
using Microsoft.Extensions.Logging;

namespace FastLb.Events;

/// <summary>
/// Runs a script and waits for it, for so long at the most: then it is ended with all that it has started. What comes of it is told and changes nothing, as in
/// keepalived.
/// </summary>
public sealed class BoundedScript(ScriptIdentity identity, TimeProvider time, ILogger log)
{
    /// <summary>Runs a script; when it returns, the script has ended.</summary>
    /// <param name="name">What it is called in the log.</param>
    /// <param name="script">Which one; null to do nothing.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="global">Says who runs scripts that don't.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public async Task Run(string name, NotifyScript? script, TimeSpan timeout, GlobalDefinitions global, CancellationToken cancellation)
    {
        if (script is null)
            return;
        log.LogInformation("the {Name} {Command} is run", name, script.Arguments[0]);
        ScriptEnd end = await new ScriptRun(identity, global, time, log).Run(script, name, timeout, cancellation);
        if (end.Fault is { } fault)
            log.LogError("{Place}: the {Name}: {Fault}", script.Origin, name, fault);
    }
}
