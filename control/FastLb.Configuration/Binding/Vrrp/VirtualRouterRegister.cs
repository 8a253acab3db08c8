using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>The instances so far: names are unique, and so are virtual router ids of one interface and family. Not thread-safe.</summary>
internal sealed class VirtualRouterRegister(DiagnosticBag diagnostics)
{
    private readonly List<VrrpInstance> _instances = [];
    private readonly Dictionary<string, VrrpInstance> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Interface, AddressFamily Family, byte VirtualRouterId), VrrpInstance> _byId = [];

    /// <summary>The instances in the order of the file.</summary>
    public IReadOnlyCollection<VrrpInstance> Instances => _instances;

    /// <summary>Adds an instance, unless its name is taken, which is reported.</summary>
    public void Add(VrrpInstance instance)
    {
        SourceSpan span = instance.Origin.Span;
        if (_byName.TryGetValue(instance.Name, out VrrpInstance? namesake))
        {
            diagnostics.Add(
                DiagnosticCatalog.DuplicateInstance, span, $"the instance '{instance.Name}' is defined before, on {namesake.Origin.Span.LineSeenFrom(span)}",
                "the second is left out", namesake.Origin.Span);
            return;
        }

        // An instance without interface is told apart by its peers.
        if (instance.Interface.Length > 0 && !_byId.TryAdd((instance.Interface, instance.AddressFamily, instance.VirtualRouterId), instance))
        {
            VrrpInstance other = _byId[(instance.Interface, instance.AddressFamily, instance.VirtualRouterId)];
            diagnostics.Add(
                DiagnosticCatalog.DuplicateVirtualRouterId, span,
                $"'{other.Name}' and '{instance.Name}' both use virtual router id {instance.VirtualRouterId} on {instance.Interface}",
                "each instance on an interface needs its own", other.Origin.Span);
        }

        _byName.Add(instance.Name, instance);
        _instances.Add(instance);
    }
}
