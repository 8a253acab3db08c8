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

    /// <summary>The option that demands all files.</summary>
    public static Option<bool> AllFiles() => new("--all-config", "-e") { Description = "Files that 'include' does not find, or can't read, are errors" };

    /// <summary>Reads <paramref name="file"/> and what it includes.</summary>
    /// <param name="file">The main file.</param>
    /// <param name="id">Which director this is; null for the one that the host is named after.</param>
    /// <param name="demandsAll">Whether all files must be there.</param>
    public static ConfigurationResult Read(string file, string? id, bool demandsAll = false) => ConfigurationLoader.Load(file, new Surroundings
    {
        ConfigurationId = id ?? Environment.MachineName.Split('.')[0],
        WorkingDirectory = Environment.CurrentDirectory,
        DemandsAllIncludes = demandsAll,
        RandomSeed = RandomNumberGenerator.GetInt32(int.MaxValue),
        Variable = Environment.GetEnvironmentVariable,
        Files = new DiskFiles(),
    });
}
