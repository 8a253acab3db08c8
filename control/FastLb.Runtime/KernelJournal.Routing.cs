using FastLb.Native;
using FastLb.Netlink.Routing;
using Microsoft.Extensions.Logging;

namespace FastLb.Runtime;

/// <summary>The journal's routes and rules.</summary>
public sealed partial class KernelJournal
{
    /// <summary>The routes that are ours now.</summary>
    public IReadOnlyCollection<AddedRoute> Routes => _routes;

    /// <summary>The rules that are ours now.</summary>
    public IReadOnlyCollection<AddedRule> Rules => _rules;

    /// <summary>Sets a route, also again after somebody took it away. False when the very same was there already and is not ours to remove.</summary>
    /// <exception cref="SystemCallException">The kernel refuses it.</exception>
    public bool AddRoute(RouteSpecification route) => Add(_routes, new AddedRoute(route.Line), () => _kernel.Routes.Add(route));

    /// <summary>Takes a route away if it is ours.</summary>
    public void RemoveRoute(RouteSpecification route) => Remove(_routes, new AddedRoute(route.Line), () => _kernel.Routes.Remove(route), $"route '{route}'");

    /// <summary>Sets a rule, also again after somebody took it away. False when the very same was there already and is not ours to remove.</summary>
    /// <exception cref="SystemCallException">The kernel refuses it.</exception>
    public bool AddRule(RuleSpecification rule) => Add(_rules, new AddedRule(rule.Line, rule.Priority), () => _kernel.Rules.Add(rule));

    /// <summary>Takes a rule away if it is ours.</summary>
    public void RemoveRule(RuleSpecification rule) => Remove(_rules, new AddedRule(rule.Line, rule.Priority), () => _kernel.Rules.Remove(rule), $"rule '{rule}'");

    private void UndoRouting()
    {
        if (_rules.Count + _routes.Count == 0)
            return;
        RoutingNames names = RoutingNames.Load();
        foreach (AddedRule rule in _rules)
            UndoLine(rule.Line, words => _kernel.Rules.Remove(RuleSpecification.Parse(words, names, rule.Priority)), "rule");
        foreach (AddedRoute route in _routes)
            UndoLine(route.Line, words => _kernel.Routes.Remove(RouteSpecification.Parse(words, names)), "route");
        _rules.Clear();
        _routes.Clear();
    }

    // A name of a table may have been taken out of the machine's files meanwhile.
    private void UndoLine(string line, Func<string[], bool> undo, string what)
    {
        try
        {
            Undo(() => undo(line.Split(' ')), $"{what} '{line}'");
        }
        catch (RoutingLineException fault)
        {
            _log.LogError("{What} '{Line}' is left where it is: {Fault}", what, line, fault.Message);
        }
    }
}
