using System.Net;
using System.Security.Cryptography;
using System.Text;
using FastLb.Configuration.Model;
using FastLb.Control.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Api;

/// <summary>
/// What the director answers over TCP, if the configuration asks for it: the API for those who know its token, and figures for Prometheus for everybody. Follows the
/// configuration from one reload to the next. What can't be served is logged and leaves the director as it is.
/// </summary>
/// <param name="status">Gives the status.</param>
/// <param name="events">What has happened.</param>
/// <param name="logs">Receives what the web servers report.</param>
public sealed class TcpListeners(StatusReader status, EventLog events, ILoggerFactory logs) : IAsyncDisposable
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const string Scheme = "Bearer ";

    private readonly ILogger _log = logs.CreateLogger("api");
    private WebApplication? _api;
    private WebApplication? _metrics;
    private (IPEndPoint Endpoint, byte[] Token)? _apiNow;
    private IPEndPoint? _metricsNow;

    /// <summary>Listens where <paramref name="listeners"/> says; what listens there already goes on.</summary>
    public async Task Follow(ListenerSettings listeners, CancellationToken cancellation)
    {
        if (!Equals(listeners.Metrics, _metricsNow))
        {
            await Close(_metrics);
            _metrics = null;
            _metricsNow = null;
        }

        byte[]? token = listeners.Api is { } api ? ReadToken(api.TokenFile) : null;
        if (_apiNow is { } now && (!now.Endpoint.Equals(listeners.Api?.Endpoint) || token is null || !now.Token.AsSpan().SequenceEqual(token)))
        {
            await Close(_api);
            _api = null;
            _apiNow = null;
        }

        if (listeners.Metrics is { } endpoint && _metrics is null)
        {
            _metrics = await Open("metrics_listen", endpoint, application => ApiServer.MapMetrics(application, status), cancellation);
            _metricsNow = _metrics is null ? null : endpoint;
        }

        if (listeners.Api is { } wanted && token is not null && _api is null)
        {
            _api = await Open("api_listen", wanted.Endpoint, application => MapGuarded(application, token), cancellation);
            _apiNow = _api is null ? null : (wanted.Endpoint, token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Close(_metrics);
        await Close(_api);
    }

    private static Task Close(WebApplication? application) => application is null ? Task.CompletedTask : ApiServer.Stop(application);

    private async Task<WebApplication?> Open(string keyword, IPEndPoint endpoint, Action<WebApplication> map, CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(logs);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(endpoint));
        WebApplication application = builder.Build();
        map(application);
        try
        {
            await application.StartAsync(cancellation);
            _log.LogInformation("{Keyword}: listening at {Endpoint}", keyword, endpoint);
            return application;
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
        {
            await application.DisposeAsync();
            _log.LogError("{Keyword}: can't listen at {Endpoint}: {Fault}; the next reload tries it again", keyword, endpoint, fault.Message);
            return null;
        }
    }

    private void MapGuarded(WebApplication application, byte[] token)
    {
        application.Use(async (context, next) =>
        {
            if (Knows(context.Request.Headers.Authorization.ToString(), token))
            {
                await next(context);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = Scheme.TrimEnd();
            await context.Response.WriteAsync("the header 'Authorization: Bearer TOKEN' is missing, or its token is not that of the file that api_listen names\n", context.RequestAborted);
        });
        ApiServer.Map(application, status, events);
    }

    private static bool Knows(string authorization, byte[] token) =>
        authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()), token);

    /// <summary>The first line of the file; null when it can't be used, which has been logged.</summary>
    private byte[]? ReadToken(string path)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            {
                _log.LogError("api_listen: others than its owner may read or write {File}: the API is not served over TCP; chmod 600 it and reload", path);
                return null;
            }

            using var reader = new StreamReader(path);
            if (reader.ReadLine()?.Trim() is { Length: > 0 } line)
                return Encoding.UTF8.GetBytes(line);
            _log.LogError("api_listen: the first line of {File} is empty: the API is not served over TCP", path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _log.LogError("api_listen: the token can't be read: {Fault}; the API is not served over TCP", fault.Message);
        }

        return null;
    }
}
