using System.Net;
using System.Text.Json.Serialization;

namespace FastLb.RealServer.Changes;

/// <summary>One thing that was changed on this host and can be taken back.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "change")]
[JsonDerivedType(typeof(SettingChange), "setting")]
[JsonDerivedType(typeof(AddressAdded), "addressAdded")]
[JsonDerivedType(typeof(LinkRaised), "linkRaised")]
[JsonDerivedType(typeof(LinkCreated), "linkCreated")]
[JsonDerivedType(typeof(FilterPlaceAdded), "filterPlaceAdded")]
[JsonDerivedType(typeof(ProgramAdded), "programAdded")]
internal abstract record Change;

/// <summary>A kernel setting.</summary>
/// <param name="Key">In sysctl's notation.</param>
/// <param name="Former">What it was before.</param>
/// <param name="Applied">What it was set to.</param>
internal sealed record SettingChange(string Key, string Former, string Applied) : Change;

/// <summary>An address.</summary>
internal sealed record AddressAdded(string Interface, IPAddress Address, byte PrefixLength) : Change;

/// <summary>A link that was down.</summary>
internal sealed record LinkRaised(string Interface) : Change;

/// <summary>A link that wasn't there.</summary>
internal sealed record LinkCreated(string Interface) : Change;

/// <summary>The place for programs on an interface.</summary>
internal sealed record FilterPlaceAdded(string Interface) : Change;

/// <summary>The decapsulating program on an interface.</summary>
internal sealed record ProgramAdded(string Interface) : Change;
