using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FastLb.Control.Connections;
using FastLb.Control.Events;
using FastLb.Control.Explanations;
using FastLb.DataplaneChannel.Messages;
using FastLb.Messaging;
using FastLb.Runtime;

namespace FastLb.Control.Api;

/// <summary>Asks a running director over its Unix socket.</summary>
public sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RuntimeDirectory _directory;
    private readonly HttpClient _http;

    /// <param name="directory">Of the director that is asked.</param>
    public ApiClient(RuntimeDirectory directory)
    {
        _directory = directory;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => await LocalSocket.Connect(_directory.ApiSocket, cancellation),
            UseProxy = false,
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://fastlb/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Its status, at this moment.</summary>
    /// <exception cref="DirectorException">No director answers there.</exception>
    public Task<DirectorStatus> ReadStatus(CancellationToken cancellation) => Read(ApiPaths.Status, ApiJson.Default.DirectorStatus, cancellation);

    /// <summary>Its VRRP instances, at this moment.</summary>
    /// <exception cref="DirectorException">No director answers there.</exception>
    public Task<VrrpStatus> ReadVrrp(CancellationToken cancellation) => Read(ApiPaths.Vrrp, ApiJson.Default.VrrpStatus, cancellation);

    /// <summary>What has happened to it lately, oldest first.</summary>
    /// <exception cref="DirectorException">No director answers there.</exception>
    public Task<IReadOnlyList<DirectorEvent>> ReadEvents(CancellationToken cancellation) =>
        Read(ApiPaths.Events, ApiJson.Default.IReadOnlyListDirectorEvent, cancellation);

    /// <summary>What has happened to it lately, and what happens from now on, until cancelled or until its control process ends.</summary>
    /// <exception cref="DirectorException">No director answers there.</exception>
    public IAsyncEnumerable<DirectorEvent> FollowEvents(CancellationToken cancellation) =>
        ReadLines(ApiPaths.EventStream, LineJson.Default.DirectorEvent, cancellation);

    /// <summary>Its connections.</summary>
    /// <exception cref="DirectorException">No director answers there, or it refuses the query.</exception>
    public IAsyncEnumerable<ConnectionStatus> ReadConnections(ConnectionQuery query, CancellationToken cancellation)
    {
        string path = PathOf(
            ApiPaths.Connections, ("protocol", query.Protocol), ("service", query.Service), ("server", query.Server), ("client", query.Client), ("limit", query.Limit));
        return ReadLines(path, LineJson.Default.ConnectionStatus, cancellation);
    }

    /// <summary>What would become of a packet.</summary>
    /// <exception cref="DirectorException">No director answers there, or it refuses the query.</exception>
    public async Task<DirectorExplanation> Explain(PacketQuery query, CancellationToken cancellation)
    {
        string path = PathOf(ApiPaths.Explanation, ("src", query.Source), ("dst", query.Destination), ("proto", query.Protocol), ("flags", query.Flags));
        using HttpResponseMessage answer = await Ask(limit => _http.GetAsync(path, limit), cancellation);
        string text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode
            ? JsonSerializer.Deserialize(text, ApiJson.Default.DirectorExplanation) ?? throw new DirectorException($"the director at {_directory.Path} gave an empty answer")
            : throw new DirectorException(text);
    }

    public void Dispose() => _http.Dispose();

    private static string PathOf(string path, params (string Name, string? Value)[] asked) =>
        $"{path}?{string.Join('&', asked.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"))}";

    private async IAsyncEnumerable<T> ReadLines<T>(string path, JsonTypeInfo<T> form, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        using HttpResponseMessage answer = await Ask(limit => _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, limit), cancellation);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        if (!answer.IsSuccessStatusCode)
            throw new DirectorException(await lines.ReadToEndAsync(cancellation));
        while (await ReadLine(lines, cancellation) is { } line)
            yield return JsonSerializer.Deserialize(line, form) ?? throw new DirectorException("the director sent an empty line");
    }

    private static async Task<string?> ReadLine(StreamReader lines, CancellationToken cancellation)
    {
        try
        {
            return await lines.ReadLineAsync(cancellation);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw new DirectorException("the director has ended the connection: its control process has stopped or is started again", fault);
        }
    }

    private Task<T> Read<T>(string path, JsonTypeInfo<T> form, CancellationToken cancellation)
        where T : class =>
        Ask(
            async limit => await _http.GetFromJsonAsync(path, form, limit) ?? throw new DirectorException($"the director at {_directory.Path} gave an empty answer"),
            cancellation);

    private async Task<T> Ask<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await request(limit.Token);
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
        catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new DirectorException($"the director at {_directory.Path} does not answer within {Patience.TotalSeconds:0} s", fault);
        }
    }
}
