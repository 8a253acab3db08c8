using System.Text.Json;
using FastLb.Control.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Api;

/// <summary>The director's API: HTTP and JSON on a Unix socket that only its owner may open. Every command but <c>run</c> and <c>check</c> is a client of it.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ApiServer(WebApplication application) => _application = application;

    /// <summary>Starts to serve; returns when the socket is open.</summary>
    /// <param name="directory">Where the socket is made.</param>
    /// <param name="readStatus">Gives the status.</param>
    /// <param name="logs">Receives what the web server reports.</param>
    /// <param name="cancellation">Gives up the start.</param>
    public static async Task<ApiServer> Start(
        RuntimeDirectory directory, Func<CancellationToken, Task<DirectorStatus>> readStatus, ILoggerFactory logs, CancellationToken cancellation)
    {
        File.Delete(directory.ApiSocket);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(logs);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(directory.ApiSocket));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        WebApplication application = builder.Build();
        application.MapGet(ApiClient.StatusPath, (RequestDelegate)(async context =>
        {
            DirectorStatus status = await readStatus(context.RequestAborted);
            context.Response.ContentType = "application/json";
            await JsonSerializer.SerializeAsync(context.Response.Body, status, ApiJson.Default.DirectorStatus, context.RequestAborted);
        }));
        await application.StartAsync(cancellation);
        File.SetUnixFileMode(directory.ApiSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new ApiServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
