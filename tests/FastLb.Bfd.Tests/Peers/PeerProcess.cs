using System.Diagnostics;
using System.Text;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Bfd.Tests.Peers;

/// <summary>
/// A program in a namespace. It is killed when disposed of, and by the kernel when the namespace's thread ends, which it does with the test process at the latest (PR_SET_PDEATHSIG).
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public PeerProcess(NetworkNamespace network, string command, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("setpriv", ["--pdeathsig", "KILL", command, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = network.Invoke(() => Process.Start(start)!);
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Ends it without a chance to say goodbye.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Append(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
