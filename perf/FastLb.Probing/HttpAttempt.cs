using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastLb.Probing;

/// <summary>Fetches the front page of a web server by a connection of its own.</summary>
internal static class HttpAttempt
{
    private const int GreatestAnswer = 16 << 10;

    /// <summary>Opens the socket on the calling thread, so that it belongs to the thread's network namespace; the rest may happen on any.</summary>
    /// <returns>How it ended, and the body of the answer or the reason why there is none.</returns>
    public static async Task<(AttemptOutcome Outcome, string Text)> Make(IPEndPoint target, TimeSpan limit)
    {
        using Socket socket = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using CancellationTokenSource deadline = new(limit);
        bool isConnected = false;
        try
        {
            await socket.ConnectAsync(target, deadline.Token);
            isConnected = true;
            await socket.SendAsync(Request(target), deadline.Token);
            byte[] answer = new byte[GreatestAnswer];
            int length = 0;
            while (await socket.ReceiveAsync(answer.AsMemory(length), deadline.Token) is var count && count > 0)
                length += count;
            return Read(Encoding.ASCII.GetString(answer, 0, length));
        }
        catch (OperationCanceledException)
        {
            return (AttemptOutcome.Expired, isConnected ? "no answer" : "no connection");
        }
        catch (SocketException fault)
        {
            return (AttemptOutcome.Failed, fault.SocketErrorCode.ToString());
        }
    }

    private static byte[] Request(IPEndPoint target) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET / HTTP/1.1\r\nHost: {target}\r\nConnection: close\r\n\r\n"));

    private static (AttemptOutcome Outcome, string Text) Read(string answer)
    {
        int headerEnd = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (headerEnd < 0)
            return (AttemptOutcome.Failed, "incomplete answer");
        string statusLine = answer[..answer.IndexOf("\r\n", StringComparison.Ordinal)];
        return statusLine.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)
            ? (AttemptOutcome.Answered, answer[headerEnd..].Trim())
            : (AttemptOutcome.Failed, statusLine);
    }
}
