using FastLb.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastLb.VrrpHost.Interfaces;

/// <summary>One interface that is asked for, by the first method that its driver knows. One thread at a time.</summary>
/// <param name="link">Which, and the method that is to be tried first.</param>
/// <param name="ask">Asks by one method; null when the driver doesn't know it, or there is no such interface.</param>
/// <param name="log">Tells which method it is, and what the driver says.</param>
internal sealed class PolledLink(LinkbeatInterface link, Func<string, LinkbeatMethod, bool?> ask, ILogger log)
{
    private LinkbeatMethod? _method; // null before the first time, and while there is no such interface
    private bool? _isRunning;

    /// <summary>Which one it is.</summary>
    public LinkbeatInterface Link => link;

    /// <summary>Whether the driver says that the link is down.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Asks the driver.</summary>
    /// <param name="isRunning">What the interface's flags say; null when there is no such interface.</param>
    /// <returns>Whether flags or driver say something else than the last time.</returns>
    public bool Ask(bool? isRunning)
    {
        (bool wasLost, bool? wasRunning) = (IsLost, _isRunning);
        _isRunning = isRunning;
        bool? answer = isRunning is not null && _method is { } known and not LinkbeatMethod.Ioctl ? ask(link.Name, known) : null;
        if (isRunning is null)
            _method = null;
        else if (answer is null && _method is not LinkbeatMethod.Ioctl)
            answer = Find();
        IsLost = answer == false;
        if (IsLost != wasLost)
            log.LogInformation("the driver of {Interface} says that its link is {State}", link.Name, IsLost ? "down" : "up");
        return IsLost != wasLost || (wasRunning is not null && isRunning != wasRunning);
    }

    // In keepalived's order: the configured one, registers, ethtool, and the flags as the last resort.
    private bool? Find()
    {
        LinkbeatMethod? before = _method;
        LinkbeatMethod[] methods = link.Method switch
        {
            LinkbeatMethod.Ioctl => [],
            LinkbeatMethod.Ethtool => [LinkbeatMethod.Ethtool, LinkbeatMethod.Mii],
            _ => [LinkbeatMethod.Mii, LinkbeatMethod.Ethtool],
        };
        (LinkbeatMethod Method, bool? IsUp) found = methods.Select(method => (Method: method, IsUp: ask(link.Name, method))).FirstOrDefault(answer => answer.IsUp is not null, (LinkbeatMethod.Ioctl, null));
        _method = found.Method;
        if (_method != before)
            log.LogInformation("the link of {Interface} is asked for by {Method}", link.Name, found.Method.ToString().ToUpperInvariant());
        return found.IsUp;
    }
}
