using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FastLb.Control.Connections;
using FastLb.Control.Engines;
using FastLb.Control.Events;
using FastLb.Control.Explanations;
using FastLb.DataplaneChannel.Messages;
using FastLb.Runtime;
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
    /// <param name="status">Gives the status, and what knows the connections.</param>
    /// <param name="events">What has happened.</param>
    /// <param name="logs">Receives what the web server reports.</param>
    /// <param name="cancellation">Gives up the start.</param>
    public static async Task<ApiServer> Start(
        RuntimeDirectory directory, StatusReader status, EventLog events, ILoggerFactory logs, CancellationToken cancellation)
    {
        File.Delete(directory.ApiSocket);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(logs);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(directory.ApiSocket));
        WebApplication application = builder.Build();
        Map(application, status, events);
        await application.StartAsync(cancellation);
        File.SetUnixFileMode(directory.ApiSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new ApiServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop(_application);
    }

    /// <summary>Ends an application with its open requests: whoever follows events would follow for ever.</summary>
    internal static async Task Stop(WebApplication application)
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
    }

    /// <summary>Has <paramref name="application"/> answer all that the API answers.</summary>
    internal static void Map(WebApplication application, StatusReader status, EventLog events)
    {
        Serve(application, ApiPaths.Status, status.ReadStatus, ApiJson.Default.DirectorStatus);
        Serve(application, ApiPaths.Vrrp, status.ReadVrrp, ApiJson.Default.VrrpStatus);
        Serve(application, ApiPaths.Events, _ => Task.FromResult(events.Read()), ApiJson.Default.IReadOnlyListDirectorEvent);
        application.MapGet(ApiPaths.EventStream, (RequestDelegate)(context =>
            LineStream.Write(context, events.Follow(context.RequestAborted), LineJson.Default.DirectorEvent, atOnce: true)));
        application.MapGet(ApiPaths.Explanation, (RequestDelegate)(context => WriteExplanation(context, new ExplanationReader(status.Engine, status))));
        application.MapGet(ApiPaths.Connections, (RequestDelegate)(context => WriteConnections(context, status.Engine)));
        MapMetrics(application, status);
    }

    /// <summary>Has <paramref name="application"/> answer with figures for Prometheus.</summary>
    internal static void MapMetrics(WebApplication application, StatusReader status) => application.MapGet(ApiPaths.Metrics, (RequestDelegate)(async context =>
    {
        string text = MetricsText.Render(await status.ReadStatus(context.RequestAborted), await status.ReadVrrp(context.RequestAborted));
        context.Response.ContentType = MetricsText.ContentType;
        await context.Response.WriteAsync(text, context.RequestAborted);
    }));

    private static void Serve<T>(WebApplication application, string path, Func<CancellationToken, Task<T>> read, JsonTypeInfo<T> form) =>
        application.MapGet(path, (RequestDelegate)(async context =>
        {
            T answer = await read(context.RequestAborted);
            context.Response.ContentType = "application/json";
            await JsonSerializer.SerializeAsync(context.Response.Body, answer, form, context.RequestAborted);
        }));

    /// <summary>What can't be answered is said in words: 400 for a query that makes no sense, 503 while there is nobody to ask.</summary>
    private static async Task WriteConnections(HttpContext context, IForwardingEngine? engine)
    {
        var query = new ConnectionQuery(
            context.Request.Query["protocol"], context.Request.Query["service"], context.Request.Query["server"], context.Request.Query["client"],
            context.Request.Query["limit"]);
        if (!query.TryRead(out ConnectionFilter filter, out long most, out string? fault))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, fault!);
            return;
        }

        try
        {
            ConnectionsAnswer first = engine is null ? new ConnectionsAnswer(0, [], 0) : await engine.ReadConnections(0, filter, context.RequestAborted);
            await LineStream.Write(context, ConnectionPages.Read(engine, first, filter, most, context.RequestAborted), LineJson.Default.ConnectionStatus, atOnce: false);
        }
        catch (DirectorException unavailable) when (!context.Response.HasStarted)
        {
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, unavailable.Message);
        }
    }

    private static async Task WriteExplanation(HttpContext context, ExplanationReader reader)
    {
        var query = new PacketQuery(context.Request.Query["src"], context.Request.Query["dst"], context.Request.Query["proto"], context.Request.Query["flags"]);
        if (!query.TryRead(out PacketQuestion? packet, out string? fault))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, fault!);
            return;
        }

        try
        {
            DirectorExplanation answer = await reader.Explain(packet!, context.RequestAborted);
            context.Response.ContentType = "application/json";
            await JsonSerializer.SerializeAsync(context.Response.Body, answer, ApiJson.Default.DirectorExplanation, context.RequestAborted);
        }
        catch (DirectorException unavailable) when (!context.Response.HasStarted)
        {
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, unavailable.Message);
        }
    }

    private static Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }
}
