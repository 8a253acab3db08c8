using Xunit;

namespace FastLb.PacketIO.Tests.Live;

/// <summary>Tests with interfaces run one after another: the machine may have two cores.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LiveCollection
{
    public const string Name = "live";
}
