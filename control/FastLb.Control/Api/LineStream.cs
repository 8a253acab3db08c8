using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FastLb.Runtime;
using Microsoft.AspNetCore.Http;

namespace FastLb.Control.Api;

/// <summary>Answers of one JSON object to a line (newline-delimited JSON), sent as they come.</summary>
internal static class LineStream
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    /// <summary>Writes until there is no more, or the client goes. A source that fails half-way ends the connection, so that the client notices.</summary>
    /// <param name="context">The request.</param>
    /// <param name="lines">What is answered.</param>
    /// <param name="form">How it looks.</param>
    /// <param name="atOnce">Whether each line is sent as soon as it is there; else when enough have come together.</param>
    public static async Task Write<T>(HttpContext context, IAsyncEnumerable<T> lines, JsonTypeInfo<T> form, bool atOnce)
    {
        context.Response.ContentType = "application/x-ndjson";
        try
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await foreach (T line in lines.WithCancellation(context.RequestAborted))
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, line, form, context.RequestAborted);
                await context.Response.Body.WriteAsync(LineEnd, context.RequestAborted);
                if (atOnce)
                    await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // that is how following ends
        }
        catch (DirectorException)
        {
            context.Abort();
        }
    }
}
