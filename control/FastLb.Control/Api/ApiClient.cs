using System.Net.Http.Json;
using System.Net.Sockets;
using FastLb.Control.Runtime;

namespace FastLb.Control.Api;

/// <summary>Asks a running director over its Unix socket.</summary>
public sealed class ApiClient : IDisposable
{
    internal const string StatusPath = "/v1/status";

    private readonly RuntimeDirectory _directory;
    private readonly HttpClient _http;

    /// <param name="directory">Of the director that is asked.</param>
    public ApiClient(RuntimeDirectory directory)
    {
        _directory = directory;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = Connect, UseProxy = false })
        {
            BaseAddress = new Uri("http://fastlb/"),
            Timeout = TimeSpan.FromSeconds(10),
        };
    }

    /// <summary>Its status, at this moment.</summary>
    /// <exception cref="DirectorException">No director answers there.</exception>
    public async Task<DirectorStatus> ReadStatus(CancellationToken cancellation)
    {
        try
        {
            return await _http.GetFromJsonAsync(StatusPath, ApiJson.Default.DirectorStatus, cancellation)
                ?? throw new DirectorException($"the director at {_directory.Path} gave an empty answer");
        }
        catch (HttpRequestException fault)
        {
            string reason = fault.GetBaseException() switch
            {
                SocketException { SocketErrorCode: SocketError.AccessDenied } => "permission denied; ask as the user who runs it",
                SocketException => "none is running there; start one with 'fastlb run', or name its --runtime-dir",
                _ => fault.Message,
            };
            throw new DirectorException($"can't ask the director at {_directory.Path}: {reason}", fault);
        }
        catch (TaskCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new DirectorException($"the director at {_directory.Path} does not answer within {_http.Timeout.TotalSeconds:0} s", fault);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_directory.ApiSocket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
