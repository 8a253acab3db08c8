using FastLb.Configuration;
using FastLb.Configuration.Model;

namespace FastLb.VrrpHost.Tests;

/// <summary>Configurations for tests, read from text as the director reads them.</summary>
internal static class ConfigurationText
{
    /// <summary>Reads a text that a director may run on.</summary>
    public static DirectorConfiguration Parse(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "test.conf");
        Assert.True(result.CanRun, string.Join('\n', result.Diagnostics));
        return result.Configuration!;
    }

    /// <summary>Reads a text that need not be one that a director may run on.</summary>
    public static DirectorConfiguration Read(string text)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(text, "test.conf");
        return result.Configuration ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    /// <summary>An instance VI_1 on <c>near</c> with the address 192.0.2.100 and these further lines.</summary>
    public static DirectorConfiguration WithInstance(string lines, string global = "") => Parse(
        $$"""
        global_defs {
          {{global}}
        }
        vrrp_instance VI_1 {
          interface near
          virtual_router_id 51
          virtual_ipaddress {
            192.0.2.100/32
          }
          {{lines}}
        }
        """);
}
