using System.CommandLine;
using System.Security.Cryptography;
using FastLb.Configuration;
using FastLb.Configuration.Preprocessing;

namespace FastLb.Command.Commands;

/// <summary>How the commands read a configuration: on this machine, as one of the directors that share it.</summary>
internal static class ConfigurationReading
{
    /// <summary>The option that says which director this is.</summary>
    public static Option<string?> Id() => new("--config-id", "-i")
    {
        Description = "Which director this is, for the configuration's conditional lines (@ID); default: the host's name up to its first dot",
        HelpName = "ID",
    };

    /// <summary>Reads <paramref name="file"/> and what it includes as the director <paramref name="id"/>; null for the one that the host is named after.</summary>
    public static ConfigurationResult Read(string file, string? id) => ConfigurationLoader.Load(file, new Surroundings
    {
        ConfigurationId = id ?? Environment.MachineName.Split('.')[0],
        WorkingDirectory = Environment.CurrentDirectory,
        RandomSeed = RandomNumberGenerator.GetInt32(int.MaxValue),
        Variable = Environment.GetEnvironmentVariable,
        Files = new DiskFiles(),
    });
}
