using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace FastLb.Supervisor.Tests;

/// <summary>xunit's entry point, and that of the processes that a supervisor starts: it starts its own executable.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments) => arguments switch
    {
        ["process", string role, "--runtime-dir", string directory, "--parent", string parent, string behaviour, ..] =>
            await PlayedChild.Run(role, directory, int.Parse(parent), behaviour, arguments),
        _ when arguments.Any(argument => argument is "--server" or "--internal-msbuild-node") =>
            await TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await ConsoleRunner.Run(arguments),
    };
}
