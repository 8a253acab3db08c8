using System.Diagnostics;
using System.Text;
using FastLb.Bench.Laboratory;
using FastLb.Control.Api;
using FastLb.Native.Bpf;
using FastLb.Native.Processes;
using FastLb.Runtime;
using static FastLb.Bench.Laboratory.BenchAddresses;

namespace FastLb.Bench.Paths;

/// <summary>A FastLb director of its own, started as a user would, with ports of one kind.</summary>
internal sealed class FastLbPath : ForwardingPath
{
    private const int LastLines = 10;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30), StopPatience = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(100);

    private readonly BenchMethod _method;
    private readonly XdpAttachMode _port;
    private readonly TimeProvider _time;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fastlb-bench-");
    private readonly Queue<string> _log = [];
    private Process? _process;

    /// <param name="method">How it forwards.</param>
    /// <param name="port">Its ports' kind.</param>
    /// <param name="time">For waiting.</param>
    public FastLbPath(BenchMethod method, XdpAttachMode port, TimeProvider time)
        : base($"FastLb AF_XDP {NameOf(port)} {(method == BenchMethod.Nat ? "NAT" : "DR")}", new BenchLab(genericXdp: port == XdpAttachMode.Generic))
    {
        _method = method;
        _port = port;
        _time = time;
    }

    public override PathKind Kind => PathKind.FastLb;

    public override BenchMethod? Method => _method;

    private string RuntimePath => Path.Combine(_directory.FullName, "run");

    public override async Task Open(CancellationToken cancellation)
    {
        if (_method == BenchMethod.Dr)
            Lab.GiveServerTheService();
        BenchLab.Ip(Lab.Director, $"address add {Service}/32 dev out");
        string configuration = Path.Combine(_directory.FullName, "bench.conf");
        await File.WriteAllTextAsync(configuration, Configuration(), cancellation);
        string executable = Environment.ProcessPath ?? throw new BenchException("the path of this executable is not known; is /proc mounted?");

        // Whatever ends this process, the director follows.
        _process = Tool.Start(Lab.Director, new ProcessStartInfo(
            "setpriv", ["--pdeathsig", "TERM", executable, "run", "--use-file", configuration, "--runtime-dir", RuntimePath])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        });
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginErrorReadLine();
        await WaitUntilForwarding(cancellation);
    }

    public override string? DescribeFault() => _process is { HasExited: true } ? $"{Name}: the director has ended; its last words:\n{LastWords()}" : null;

    public override async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited && ProcessSignal.Terminate(process.Id))
            {
                using var patience = new CancellationTokenSource(StopPatience, _time);
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!process.HasExited)
                    process.Kill();
            }

            process.Dispose();
        }

        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static string NameOf(XdpAttachMode port) => port == XdpAttachMode.Native ? "native" : "generic";

    private string Configuration()
    {
        var text = new StringBuilder();
        foreach ((string protocol, int port) in ((string, int)[])[("UDP", FloodPort), ("UDP", EchoPort), ("TCP", ConnectionPort)])
        {
            text.AppendLine($$"""
                virtual_server {{Service}} {{port}} {
                    lb_algo rr
                    lb_kind {{(_method == BenchMethod.Nat ? "NAT" : "DR")}}
                    protocol {{protocol}}
                    real_server {{Server}} {{port}} {
                        weight 1
                    }
                }
                """);
        }

        return text.ToString();
    }

    private async Task WaitUntilForwarding(CancellationToken cancellation)
    {
        using var client = new ApiClient(new RuntimeDirectory(RuntimePath));
        long began = _time.GetTimestamp();
        string missing = "its status can't be read";
        while (_time.GetElapsedTime(began) < StartPatience)
        {
            if (DescribeFault() is { } fault)
                throw new BenchException(fault);
            try
            {
                missing = WhatIsMissing(await client.ReadStatus(cancellation)) ?? string.Empty;
                if (missing.Length == 0)
                    return;
            }
            catch (DirectorException notYet)
            {
                missing = notYet.Message;
            }

            await Task.Delay(Pause, _time, cancellation);
        }

        throw new BenchException($"{Name}: not ready after {StartPatience.TotalSeconds:0} s: {missing}; its last words:\n{LastWords()}");
    }

    private string? WhatIsMissing(DirectorStatus status)
    {
        if (status.DataplaneFault is { } fault)
            return fault;
        if (status.Services.Any(service => !service.Steered))
            return "packets are not steered to it";
        if (status.Services.SelectMany(service => service.Servers).Any(server => server.Adjacency.State != "resolved"))
            return "the way to the server is not resolved";
        string[] modes = [.. status.Ports.Select(port => port.Mode).Distinct()];
        return modes.SequenceEqual([NameOf(_port)]) ? null : $"its ports are of the kind '{string.Join("', '", modes)}'";
    }

    private void Remember(string? line)
    {
        if (line is null)
            return;
        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > LastLines)
                _log.Dequeue();
        }
    }

    private string LastWords()
    {
        lock (_log)
            return string.Join('\n', _log);
    }
}
