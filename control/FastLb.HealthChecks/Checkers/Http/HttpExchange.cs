using System.Net;
using System.Text;

namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>
/// Requests over connections that are there already, one for each: nothing is pooled, redirected, decompressed or remembered, and no proxy is asked. Any thread.
/// </summary>
internal static class HttpExchange
{
    /// <summary>The largest header of an answer, in KiB.</summary>
    public const int LargestHeader = 64;

    private static readonly HttpRequestOptionsKey<LentStream> Connection = new("connection");

    private static readonly HttpMessageInvoker Invoker = new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = Lend,
        MaxResponseDrainSize = 0,
        MaxResponseHeadersLength = LargestHeader,
        PooledConnectionLifetime = TimeSpan.Zero,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        UseCookies = false,
        UseProxy = false,
    });

    /// <summary>Sends a request and reads the header of its answer; the body is left to be read.</summary>
    /// <param name="request">The request; of plain HTTP, whatever the connection is.</param>
    /// <param name="connection">The connection; closed by the answer's end.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HttpRequestException">There was no answer, or none of HTTP.</exception>
    public static Task<HttpResponseMessage> Send(HttpRequestMessage request, LentStream connection, CancellationToken cancellation)
    {
        request.Options.Set(Connection, connection);
        return Invoker.SendAsync(request, cancellation);
    }

    // A request that was not answered would be made again over another connection, which is for the check's timing to say.
    private static ValueTask<Stream> Lend(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        if (!context.InitialRequestMessage.Options.TryGetValue(Connection, out LentStream? connection))
            throw new InvalidOperationException("The request has no connection.");
        if (connection.IsLent)
            throw connection.Failure ?? new HttpIOException(HttpRequestError.ResponseEnded);
        connection.IsLent = true;
        return ValueTask.FromResult<Stream>(connection);
    }
}
