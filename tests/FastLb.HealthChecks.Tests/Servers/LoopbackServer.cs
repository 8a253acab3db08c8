using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace FastLb.HealthChecks.Tests.Servers;

/// <summary>A TCP server on loopback that does with each connection what a test wants.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Stream, CancellationToken, Task> _serve;
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;
    private int _connections;

    /// <param name="serve">Has the connection, or TLS over it, until it returns; then it is closed.</param>
    /// <param name="certificate">What TLS shows; null for no TLS.</param>
    public LoopbackServer(Func<Stream, CancellationToken, Task> serve, X509Certificate2? certificate = null)
    {
        (_serve, _certificate) = (serve, certificate);
        _listener.Start();
        _accepting = Accept();
    }

    public ushort Port => (ushort)((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many there have been.</summary>
    public int Connections => _connections;

    /// <summary>The name in the last TLS handshake.</summary>
    public string? ServerName { get; private set; }

    /// <summary>The certificate that the last client has shown.</summary>
    public string? ClientSubject { get; private set; }

    /// <summary>Where the last client came from.</summary>
    public EndPoint? Client { get; private set; }

    /// <summary>A server that reads requests to the end of their headers, notes them and answers with the texts in turn, the last again and again.</summary>
    public static LoopbackServer Answering(List<string> requests, X509Certificate2? certificate, params string[] answers)
    {
        int next = 0;
        return new LoopbackServer(
            async (stream, cancellation) =>
            {
                string request = await ReadHeader(stream, cancellation);
                string answer;
                lock (requests)
                {
                    requests.Add(request);
                    answer = answers[Math.Min(next++, answers.Length - 1)];
                }

                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellation);
            },
            certificate);
    }

    /// <summary>Reads up to an empty line.</summary>
    public static async Task<string> ReadHeader(Stream stream, CancellationToken cancellation)
    {
        StringBuilder text = new();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, cancellation) == 1)
            text.Append((char)one[0]);
        return text.ToString();
    }

    /// <summary>Waits until something has come, or the end.</summary>
    /// <returns>True when something has.</returns>
    public static async Task<bool> WaitForData(Stream stream, CancellationToken cancellation) => await stream.ReadAsync(new byte[1024], cancellation) > 0;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        List<Task> serving = [];
        try
        {
            while (!_stop.IsCancellationRequested)
                serving.Add(Serve(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            _listener.Stop();
        }

        await Task.WhenAll(serving);
    }

    private async Task Serve(Socket socket)
    {
        await Task.Yield();
        Interlocked.Increment(ref _connections);
        Client = socket.RemoteEndPoint;
        try
        {
            await using var network = new NetworkStream(socket, ownsSocket: true);
            if (_certificate is null)
            {
                await _serve(network, _stop.Token);
                return;
            }

            await using var tls = new SslStream(network);
            await tls.AuthenticateAsServerAsync(OptionsOf(_certificate), _stop.Token);
            await _serve(tls, _stop.Token);
            await tls.ShutdownAsync();
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            return; // the client has gone, as it may, or the test is over
        }
    }

    [SuppressMessage("Security", "CA5359:Do not disable certificate validation", Justification = "What clients show is looked at by the tests.")]
    private SslServerAuthenticationOptions OptionsOf(X509Certificate2 certificate) => new()
    {
        ServerCertificateSelectionCallback = (_, name) =>
        {
            ServerName = name;
            return certificate;
        },
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            ClientSubject = shown?.Subject;
            return true;
        },
    };
}
