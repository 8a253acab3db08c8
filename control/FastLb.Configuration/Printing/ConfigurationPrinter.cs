using FastLb.Configuration.Model;

namespace FastLb.Configuration.Printing;

/// <summary>What becomes of passwords in print.</summary>
public enum SecretPrinting
{
    /// <summary>They are replaced by a placeholder; the print shows the configuration but does not replace it.</summary>
    Cover,

    /// <summary>They are written out, so that the print parses to the same model.</summary>
    Reveal,
}

/// <summary>
/// Writes a model as a configuration with nothing left to defaults. With <see cref="SecretPrinting.Reveal"/> the result parses to an equal
/// model.
/// </summary>
public static class ConfigurationPrinter
{
    /// <summary>The whole configuration; lines end in a line feed.</summary>
    public static string Print(DirectorConfiguration configuration, SecretPrinting secrets = SecretPrinting.Cover) => Write(configuration).ToText(secrets);

    /// <summary>The whole configuration, statement by statement.</summary>
    internal static BlockWriter Write(DirectorConfiguration configuration)
    {
        var writer = new BlockWriter();
        SettingPrinter.Print(writer, configuration.Settings);
        GlobalDefinitionsPrinter.Print(writer, configuration.Global);
        DataplaneSettingsPrinter.Print(writer, configuration.Dataplane, configuration.VirtualServers);
        VrrpGroupsPrinter.PrintInterfaces(writer, configuration);
        TrackedObjectsPrinter.Print(writer, configuration);
        VrrpGroupsPrinter.PrintTrackGroups(writer, configuration);
        RoutingPrinter.PrintStatic(writer, configuration);
        VrrpGroupsPrinter.PrintSyncGroups(writer, configuration);
        foreach (VrrpInstance instance in configuration.VrrpInstances) VrrpInstancePrinter.Print(writer, instance);
        if (configuration.Ssl is { } ssl) SslContextPrinter.Print(writer, ssl);
        ServerGroupPrinter.Print(writer, configuration.VirtualServers);
        foreach (VirtualServer server in configuration.VirtualServers) VirtualServerPrinter.Print(writer, server);
        return writer;
    }
}
