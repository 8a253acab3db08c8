using FastLb.Native.Firewall;

namespace FastLb.Native.Tests.Firewall;

/// <summary>What this executable does instead of testing when a test wants a process of its own that holds a guard.</summary>
internal static class GuardHolder
{
    public const string Argument = "--hold-guard";

    /// <summary>Says "held" and holds the guard until standard input ends, or until it's killed; or says why there is none.</summary>
    public static int Run(string tableName)
    {
        try
        {
            using ServiceGuard guard = ServiceGuard.Open(tableName);
            Console.Out.WriteLine("held");
            Console.In.ReadToEnd();
            return 0;
        }
        catch (SystemCallException fault)
        {
            Console.Out.WriteLine(fault.Message);
            return 1;
        }
    }
}
