using System.Net;
using System.Security.Cryptography;
using FastLb.Dataplane.Defence;
using FastLb.Dataplane.Services;
using FastLb.DataplaneChannel.Messages;
using FastLb.Wire;

namespace FastLb.DataplaneHost;

/// <summary>
/// Makes what the packet path defends services with from what control wants. What has not changed stays the same object: clients keep the tokens that they have left. One
/// thread at a time.
/// </summary>
/// <param name="seed">Of the table of clients; null for a random one, so that nobody can choose addresses that share a place.</param>
internal sealed class DefenceCompiler(ulong? seed = null)
{
    private DesiredDefence _wanted = new();
    private ClientFilter? _clients;
    private ClientRateLimit? _newFlows;

    /// <summary>The settings with the defence that is wanted.</summary>
    /// <exception cref="FormatException">A prefix is none.</exception>
    public ForwardingSettings Apply(ForwardingSettings settings, DesiredDefence wanted)
    {
        if (!wanted.Denied.SequenceEqual(_wanted.Denied, StringComparer.Ordinal) || !wanted.Allowed.SequenceEqual(_wanted.Allowed, StringComparer.Ordinal))
            _clients = FilterOf(wanted);
        if (wanted.NewConnectionsPerClient != _wanted.NewConnectionsPerClient)
            _newFlows = LimitOf(wanted.NewConnectionsPerClient);
        _wanted = wanted;
        return settings with { Clients = _clients, NewFlows = _newFlows };
    }

    private static ClientFilter? FilterOf(DesiredDefence wanted) => wanted.Denied.Count == 0
        ? null
        : new ClientFilter([.. wanted.Denied.Select(prefix => RuleOf(prefix, isDenied: true)), .. wanted.Allowed.Select(prefix => RuleOf(prefix, isDenied: false))]);

    private static ClientRule RuleOf(string prefix, bool isDenied)
    {
        IPNetwork network = IPNetwork.Parse(prefix);
        return new ClientRule(IpAddress.From(network.BaseAddress).V4, network.PrefixLength, isDenied);
    }

    private ClientRateLimit? LimitOf(DesiredClientRate? rate) => rate is null
        ? null
        : new ClientRateLimit(rate.PerSecond, rate.Burst, rate.PrefixLength, seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
}
