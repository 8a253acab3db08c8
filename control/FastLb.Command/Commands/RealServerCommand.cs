using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using FastLb.Command.Reports;
using FastLb.Native;
using FastLb.RealServer;
using FastLb.Runtime;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb realserver</c>: what this host needs as a real server of a director in DR or TUN mode.</summary>
internal static class RealServerCommand
{
    private const string Direct = "dr";
    private const string Tunnel = "tun";

    private static readonly Dictionary<string, Decapsulator> Decapsulators = new(StringComparer.Ordinal)
    {
        ["auto"] = Decapsulator.Automatic,
        ["device"] = Decapsulator.Device,
        ["program"] = Decapsulator.Program,
    };

    public static System.CommandLine.Command Create()
    {
        var mode = new Option<string>("--mode") { Description = "How the director sends packets here", HelpName = $"{Direct}|{Tunnel}" };
        mode.AcceptOnlyFromAmong(Direct, Tunnel);
        Option<IPAddress[]> addresses = AddressList("--vip", "A virtual address; may be given several times");
        Option<IPAddress[]> directors = AddressList("--director", "With tun: take tunnel packets from this director alone; may be given several times");
        var interfaces = new Option<string[]>("--interface")
        {
            Description = "Where the director's packets arrive; may be given several times. Default: every Ethernet interface with an IPv4 address",
            HelpName = "IF",
        };
        var decapsulator = new Option<string>("--decapsulator")
        {
            Description = "With tun: the kernel's ipip device, or FastLb's BPF program; auto is the device tunl0 if it is there and no --director is given, else the program",
            HelpName = "auto|device|program",
            DefaultValueFactory = _ => "auto",
        };
        decapsulator.AcceptOnlyFromAmong([.. Decapsulators.Keys]);
        var show = new Option<bool>("--show") { Description = "Show what is needed and how it stands with it (the default); exit 0" };
        var check = new Option<bool>("--check") { Description = "Show what is missing or wrong and what is seen of it; exit 1 if anything is" };
        var apply = new Option<bool>("--apply") { Description = "Bring about what is missing; exit 1 if something is left to be done by hand" };
        var undo = new Option<bool>("--undo") { Description = "Take back exactly what --apply has done; needs neither --mode nor --vip" };
        Option<string> directory = SharedOptions.RuntimeDirectory();
        var command = new System.CommandLine.Command("realserver", "Prepare this host as a real server of a director in DR or TUN mode, or check that it is")
        {
            mode, addresses, directors, interfaces, decapsulator, show, check, apply, undo, directory,
        };

        command.Validators.Add(result =>
        {
            if (((Option<bool>[])[show, check, apply, undo]).Count(action => result.GetValue(action)) > 1)
                result.AddError("one of --show, --check, --apply and --undo");
            if (!result.GetValue(undo) && (result.GetResult(mode) is null || result.GetResult(addresses) is null))
                result.AddError("--mode and --vip are needed");
            if (TextOf(result, mode) == Direct && (result.GetResult(directors) is not null || result.GetResult(decapsulator) is { Implicit: false }))
                result.AddError("--director and --decapsulator are for --mode tun: in DR mode there is no tunnel");
            if (result.GetResult(directors) is not null && TextOf(result, decapsulator) == "device")
                result.AddError("the kernel's device takes tunnel packets from anybody: --director needs --decapsulator program");
        });

        command.SetAction(arguments => Guarded(() =>
        {
            using RealServerHost host = RealServerHost.Open(new RuntimeDirectory(arguments.GetRequiredValue(directory)));
            if (arguments.GetValue(undo))
                return Undo(host);
            var options = new RealServerOptions(
                arguments.GetValue(mode) == Tunnel ? RealServerMode.Tunnel : RealServerMode.DirectRouting, [.. arguments.GetValue(addresses)!.Distinct()])
            {
                Directors = arguments.GetValue(directors) ?? [],
                Interfaces = arguments.GetValue(interfaces) ?? [],
                Decapsulator = Decapsulators[arguments.GetRequiredValue(decapsulator)],
            };
            if (arguments.GetValue(apply))
                return Apply(host, options);
            return arguments.GetValue(check) ? Check(host, options) : Show(host, options);
        }));
        return command;
    }

    /// <summary>What was written for an option; a validator must not ask for the value of one that may be wrong.</summary>
    private static string? TextOf(CommandResult result, Option option) => result.GetResult(option)?.Tokens is [var token, ..] ? token.Value : null;

    private static Option<IPAddress[]> AddressList(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => Parse(token.Value, result))],
    };

    private static IPAddress Parse(string text, ArgumentResult result)
    {
        if (IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork && text.Count(character => character == '.') == 3)
            return address;
        result.AddError(address?.AddressFamily == AddressFamily.InterNetworkV6 ? $"'{text}': IPv6 is not supported yet" : $"'{text}' is not an IPv4 address");
        return IPAddress.None;
    }

    private static int Show(RealServerHost host, RealServerOptions options)
    {
        IReadOnlyList<Finding> findings = host.Inspect(options);
        Console.Out.Write(RealServerReport.Render(findings));
        int missing = findings.Count(finding => !finding.IsMet);
        Console.Out.WriteLine(missing == 0 ? "nothing is missing" : $"{missing} of {findings.Count} are missing: the same command with --apply brings them about");
        return 0;
    }

    private static int Check(RealServerHost host, RealServerOptions options)
    {
        Finding[] missing = [.. host.Inspect(options).Where(finding => !finding.IsMet)];
        Console.Out.Write(RealServerReport.Render(missing));
        if (missing.Length == 0)
            Console.Out.WriteLine("ok");
        return missing.Length == 0 ? 0 : 1;
    }

    private static int Apply(RealServerHost host, RealServerOptions options)
    {
        int missing = host.Apply(options).Count;
        IReadOnlyList<Finding> findings = host.Inspect(options);
        Console.Out.Write(RealServerReport.Render(findings));
        int left = findings.Count(finding => !finding.IsMet);
        Console.Out.WriteLine((missing, left) switch
        {
            (0, _) => "nothing was missing",
            (_, 0) => $"all is there, {missing} of it new: '--undo' takes that back",
            _ => $"{left} of {findings.Count} are still missing",
        });
        return left == 0 ? 0 : 1;
    }

    private static int Undo(RealServerHost host)
    {
        IReadOnlyList<UndoneChange> changes = host.Undo();
        Console.Out.Write(RealServerReport.Render(changes));
        if (changes.Count == 0)
            Console.Out.WriteLine("nothing was applied here");
        return changes.Any(change => change.Failed) ? 1 : 0;
    }

    private static int Guarded(Func<int> act)
    {
        try
        {
            return act();
        }
        catch (Exception fault) when (fault is DirectorException or SystemCallException or KernelFeatureException)
        {
            Console.Error.WriteLine($"fastlb: {fault.Message}");
            return 1;
        }
    }
}
