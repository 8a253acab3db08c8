using System.CommandLine;
using FastLb.Native;
using FastLb.Native.Processes;
using FastLb.Runtime;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb reload</c>: a running director reads its configuration again.</summary>
internal static class ReloadCommand
{
    private const int Refused = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Pause = TimeSpan.FromMilliseconds(20);

    public static System.CommandLine.Command Create()
    {
        Option<string> directory = SharedOptions.RuntimeDirectory();
        var command = new System.CommandLine.Command(
            "reload", "Have a running director read its configuration again and apply what differs, as SIGHUP does; says what became of it") { directory };
        command.SetAction((arguments, cancellation) => Run(new RuntimeDirectory(arguments.GetRequiredValue(directory)), cancellation));
        return command;
    }

    private static async Task<int> Run(RuntimeDirectory directory, CancellationToken cancellation)
    {
        long before = ReloadReport.Read(directory)?.Attempt ?? 0;
        try
        {
            if (directory.ReadPid(ProcessRole.Supervisor) is not { } supervisor || !IsFastLb(supervisor) || !ProcessSignal.HangUp(supervisor))
                return Fail($"no director runs with the runtime directory {directory.Path}");
        }
        catch (SystemCallException fault)
        {
            return Fail(fault.Message);
        }

        long began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            if (ReloadReport.Read(directory) is { } report && report.Attempt > before)
            {
                await Console.Error.WriteAsync(report.Diagnostics);
                if (!report.IsApplied)
                    return Fail(report.Outcome);
                await Console.Out.WriteLineAsync(report.Outcome);
                return 0;
            }

            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }

        return Fail($"the director has not answered within {Patience.TotalSeconds:0} s; its log tells more");
    }

    // A director that was killed has left its process id, which may be another program's by now; most programs end at SIGHUP.
    private static bool IsFastLb(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").TrimEnd() == "fastlb";
        }
        catch (IOException)
        {
            return false; // no such process
        }
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"fastlb: {message}");
        return Refused;
    }
}
