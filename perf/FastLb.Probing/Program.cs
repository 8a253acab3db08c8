using System.CommandLine;
using System.Globalization;
using System.Net;
using FastLb.Probing;

var target = new Option<IPEndPoint>("--target")
{
    Description = "Address and port of the web server, for example 192.168.182.100:80",
    Required = true,
    CustomParser = result =>
    {
        if (IPEndPoint.TryParse(result.Tokens[0].Value, out IPEndPoint? parsed) && parsed.Port != 0)
            return parsed;
        result.AddError($"'{result.Tokens[0].Value}' is not an address with a port");
        return null;
    },
};
var every = new Option<int>("--every") { Description = "Milliseconds from one connection to the next", DefaultValueFactory = _ => 10 };
var limit = new Option<int>("--limit")
{
    Description = "Milliseconds within which an attempt must have its answer",
    DefaultValueFactory = _ => (int)ConnectionProbe.DefaultLimit.TotalMilliseconds,
};
var length = new Option<int>("--for") { Description = "Seconds after which to stop, unless a signal comes before", DefaultValueFactory = _ => 60 };
var attempts = new Option<FileInfo?>("--attempts") { Description = "File that gets a line for each attempt: start, duration (ms), outcome, text" };
foreach (Option<int> option in (Option<int>[])[every, limit, length])
{
    option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1)
            result.AddError($"{option.Name} must be at least 1");
    });
}

var root = new RootCommand("Makes new connections to a web server at a steady pace, and reports failures and outages in JSON when it ends")
{
    target, every, limit, length, attempts,
};
root.SetAction(async (arguments, cancellation) =>
{
    await using ConnectionProbe probe = ConnectionProbe.Start(
        arguments.GetRequiredValue(target),
        TimeSpan.FromMilliseconds(arguments.GetValue(every)),
        TimeSpan.FromMilliseconds(arguments.GetValue(limit)));
    await Console.Error.WriteLineAsync("probing");
    await Task.Delay(TimeSpan.FromSeconds(arguments.GetValue(length)), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    ProbeReport report = await probe.Stop();
    Console.WriteLine(ReportSummary.Json(report));
    if (arguments.GetValue(attempts) is { } file)
    {
        IEnumerable<string> lines = report.Attempts.Select(attempt => string.Create(
            CultureInfo.InvariantCulture,
            $"{attempt.Start.TotalMilliseconds:F1} {attempt.Duration.TotalMilliseconds:F1} {attempt.Outcome} {attempt.Text}"));
        // A signal ends the probe, not its report.
        await File.WriteAllLinesAsync(file.FullName, lines, CancellationToken.None);
    }

    return 0;
});

return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
