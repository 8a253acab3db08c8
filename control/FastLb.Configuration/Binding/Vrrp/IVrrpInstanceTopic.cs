using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>A group of statements of one <c>vrrp_instance</c>, which are read first and resolved once all of them are known.</summary>
internal interface IVrrpInstanceTopic
{
    /// <summary>Takes <paramref name="statement"/> if it belongs here.</summary>
    /// <returns>False when it does not.</returns>
    bool Apply(CheckedStatement statement);

    /// <summary>Adds what the statements say to an instance, after the topics that stand before this one.</summary>
    VrrpInstance Resolve(VrrpInstance instance);
}
