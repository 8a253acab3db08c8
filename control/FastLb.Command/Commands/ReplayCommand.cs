using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using FastLb.Command.Reports;
using FastLb.Configuration;
using FastLb.Configuration.Diagnostics;
using FastLb.Dataplane.Flows;
using FastLb.Native;
using FastLb.Native.Captures;
using FastLb.Replay;
using FastLb.Replay.Captures;
using FastLb.Replay.Explanations;
using FastLb.Replay.Live;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb replay</c>: captured frames through the pipeline, or onto an interface.</summary>
internal static class ReplayCommand
{
    private const int UsageFault = 1;
    private const int UnreadableCapture = 2;
    private const int SmallestMtu = 68;

    public static System.CommandLine.Command Create()
    {
        var capture = new Argument<string>("CAPTURE") { Description = "A pcap or pcapng file of an Ethernet interface" };
        Option<string> file = SharedOptions.Configuration();
        Option<string?> id = ConfigurationReading.Id();
        var output = new Option<string?>("--output", "-o") { Description = "Write the frames that would be forwarded there: pcapng, or pcap if it is named so", HelpName = "FILE" };
        var explain = new Option<bool>("--explain") { Description = "A line for each frame: what was decided, and by what" };
        Option<bool> json = SharedOptions.Json("The summary as JSON; with --explain, an object for each frame and the summary last, one to a line");
        Option<IPEndPoint[]> down = List("--down", "ADDRESS[:PORT]", "A real server that is down; all others are up. May be given several times", ReadEndpoint);
        Option<PhysicalAddress[]> mac = List(
            "--mac", "MAC", "The director's Ethernet address; may be given several times. Default: where the first frame to a virtual service goes", ReadMac);
        var local = new Option<IPAddress>("--local-address")
        {
            Description = "The director's own address towards the servers: where tunnels begin",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => ReplayOptions.DefaultLocalAddress,
            CustomParser = result => ReadAddress(result, result.Tokens[0].Value),
        };
        Option<int> mtu = SharedOptions.Number("--mtu", "BYTES", "Largest IP packet on the links; a longer TCP packet is an aggregate", 1500, SmallestMtu, ushort.MaxValue);
        Option<int> capacity = SharedOptions.Number("--flow-capacity", "N", "Connections that the flow table holds", FlowTableLayout.DefaultCapacity, 1, 1 << 24);
        var @interface = new Option<string?>("--interface") { Description = "Play the frames onto this interface instead; needs CAP_NET_RAW", HelpName = "IF" };
        var speed = new Option<double>("--speed")
        {
            Description = "With --interface: so many times as fast as captured; 0 for as fast as the interface takes it",
            HelpName = "X",
            DefaultValueFactory = _ => 1,
        };
        var rate = new Option<double?>("--pps") { Description = "With --interface: so many frames in a second", HelpName = "N" };
        Option<int> loops = SharedOptions.Number("--loop", "N", "With --interface: so many times", 1, 1, int.MaxValue);
        Option<PhysicalAddress?> destination = Mac("--destination-mac", "With --interface: in place of the frames' Ethernet destination, such as the director's address");
        Option<PhysicalAddress?> source = Mac("--source-mac", "With --interface: in place of the frames' Ethernet source");

        Option[] offline = [file, id, output, explain, down, mac, local, mtu, capacity], live = [speed, rate, loops, destination, source];
        var command = new System.CommandLine.Command("replay", "Take captured frames through the forwarding pipeline, without a network, and tell what it decides; or play them onto an interface")
        {
            capture, json,
        };
        foreach (Option option in (Option[])[.. offline, @interface, .. live])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            bool isLive = result.GetResult(@interface) is not null;
            foreach (Option option in (isLive ? offline : live).Where(option => result.GetResult(option) is { Implicit: false }))
                result.AddError(isLive ? $"{option.Name} is for a replay without --interface" : $"{option.Name} is for a replay with --interface");
            if (isLive && result.GetResult(rate) is { Implicit: false } && result.GetResult(speed) is { Implicit: false })
                result.AddError("one of --speed and --pps");
        });
        speed.Validators.Add(result => Check(result, result.GetValueOrDefault<double>() is >= 0 and <= 1e6, "--speed takes a number from 0 to 1000000"));
        rate.Validators.Add(result => Check(result, result.GetValueOrDefault<double?>() is null or (> 0 and <= 1e8), "--pps takes a number above 0"));

        command.SetAction((arguments, cancellation) => Task.FromResult(arguments.GetValue(@interface) is { } name
            ? PlayLive(
                arguments.GetRequiredValue(capture),
                new LiveReplayOptions(name)
                {
                    Speed = arguments.GetValue(speed),
                    FramesPerSecond = arguments.GetValue(rate),
                    Loops = arguments.GetValue(loops),
                    DestinationMac = arguments.GetValue(destination),
                    SourceMac = arguments.GetValue(source),
                },
                arguments.GetValue(json),
                cancellation)
            : Play(
                arguments.GetRequiredValue(capture),
                ConfigurationReading.Read(arguments.GetRequiredValue(file), arguments.GetValue(id)),
                configuration => new ReplayOptions(configuration)
                {
                    Down = arguments.GetValue(down) ?? [],
                    Macs = arguments.GetValue(mac) ?? [],
                    LocalAddress = arguments.GetRequiredValue(local),
                    Mtu = arguments.GetValue(mtu),
                    FlowCapacity = arguments.GetValue(capacity),
                },
                arguments.GetValue(output),
                arguments.GetValue(explain),
                arguments.GetValue(json))));
        return command;
    }

    private static int Play(
        string capture, ConfigurationResult result, Func<Configuration.Model.DirectorConfiguration, ReplayOptions> optionsFor, string? output, bool explain, bool json)
    {
        string file = result.Source.Main.FileName;
        if (!result.CanRun)
        {
            Console.Error.Write(DiagnosticRenderer.Render(result.Diagnostics, result.Source));
            return Fail($"{file} can't be run as it is", UsageFault);
        }

        int faults = result.Diagnostics.Count(diagnostic => diagnostic.Severity != DiagnosticSeverity.Notice);
        if (faults > 0)
            Console.Error.WriteLine($"fastlb: {faults} warnings about {file}; 'fastlb check' tells which");

        using var text = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
        try
        {
            Action<ExplainedFrame>? tell = explain
                ? frame => text.WriteLine(json ? JsonSerializer.Serialize(frame, ReplayLineJson.Default.ExplainedFrame) : ExplanationLine.Of(frame))
                : null;
            CaptureReplay replay = CaptureReplay.Open(capture, optionsFor(result.Configuration!), tell);
            ReplayReport report;
            using (CaptureWriter? writer = output is null ? null : CaptureWriter.Create(output))
                report = replay.Run(writer);
            if (explain && !json)
                text.WriteLine();
            text.WriteLine((json, explain) switch
            {
                (true, true) => JsonSerializer.Serialize(report, ReplayLineJson.Default.ReplayReport),
                (true, false) => JsonSerializer.Serialize(report, ReplayJson.Default.ReplayReport),
                _ => ReplaySummary.Render(report),
            });
            return replay.Damage is { } damage ? Fail(damage.Message, UnreadableCapture) : 0;
        }
        catch (CaptureException fault)
        {
            return Fail(fault.Message, UnreadableCapture);
        }
        catch (Exception fault) when (fault is ReplayException or IOException or UnauthorizedAccessException)
        {
            return Fail(fault.Message, UsageFault);
        }
    }

    private static int PlayLive(string capture, LiveReplayOptions options, bool json, CancellationToken cancellation)
    {
        bool showsProgress = !Console.IsErrorRedirected;
        try
        {
            LiveReplayReport report = LiveReplay.Run(
                capture, options, TimeProvider.System, state => Console.Error.Write(showsProgress ? $"\r{ReplaySummary.Render(state)} " : string.Empty), cancellation);
            if (showsProgress)
                Console.Error.WriteLine();
            Console.Out.WriteLine(json ? JsonSerializer.Serialize(report, ReplayJson.Default.LiveReplayReport) : ReplaySummary.Render(report));
            return 0;
        }
        catch (CaptureException fault)
        {
            return Fail(fault.Message, UnreadableCapture);
        }
        catch (Exception fault) when (fault is SystemCallException or ArgumentException)
        {
            return Fail(fault.Message, UsageFault);
        }
    }

    private static int Fail(string message, int status)
    {
        Console.Error.WriteLine($"fastlb: {message}");
        return status;
    }

    private static Option<T[]> List<T>(string name, string form, string description, Func<ArgumentResult, string, T?> read)
        where T : class => new(name)
        {
            Description = description,
            HelpName = form,
            CustomParser = result => [.. result.Tokens.Select(token => read(result, token.Value)).OfType<T>()],
        };

    private static Option<PhysicalAddress?> Mac(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "MAC",
        CustomParser = result => ReadMac(result, result.Tokens[0].Value),
    };

    private static void Check(SymbolResult result, bool isRight, string fault)
    {
        if (!isRight)
            result.AddError(fault);
    }

    private static PhysicalAddress? ReadMac(ArgumentResult result, string text)
    {
        if (Wire.MacAddress.TryParse(text, out Wire.MacAddress mac))
        {
            byte[] octets = new byte[Wire.MacAddress.Size];
            mac.Write(octets);
            return new PhysicalAddress(octets);
        }

        result.AddError($"'{text}' is no Ethernet address: six octets as hex digits with colons");
        return null;
    }

    private static IPAddress? ReadAddress(ArgumentResult result, string text)
    {
        if (IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork && text.Count(character => character == '.') == 3)
            return address;
        result.AddError($"'{text}' is no IPv4 address");
        return null;
    }

    // Port 0 stands for all.
    private static IPEndPoint? ReadEndpoint(ArgumentResult result, string text)
    {
        string[] parts = text.Split(':');
        if (ReadAddress(result, parts[0]) is not { } address)
            return null;
        if (parts.Length == 1)
            return new IPEndPoint(address, 0);
        if (parts.Length == 2 && ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port != 0)
            return new IPEndPoint(address, port);
        result.AddError($"'{text}' is no server: ADDRESS or ADDRESS:PORT");
        return null;
    }
}
