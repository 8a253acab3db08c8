using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Checkers;

/// <summary>
/// Passes when a mail server greets with 220, answers <c>HELO</c> with 250, and <c>QUIT</c> with whatever it likes (<c>SMTP_CHECK</c>). Connecting and each answer may take
/// <c>connect_timeout</c>.
/// </summary>
public sealed class SmtpChecker(SmtpCheck check, TimeProvider clock) : IHealthProbe
{
    /// <summary>The longest reply that is read, in bytes: many times what RFC 5321 §4.5.3.1.5 lets a line have, for replies of several lines.</summary>
    private const int LongestReply = 8192;

    private const int Greeting = 220, Done = 250;

    private readonly CheckConnection _connection = new(check.Endpoint);
    private readonly byte[] _hello = Encoding.UTF8.GetBytes($"HELO {check.HeloName}\r\n");

    /// <inheritdoc/>
    public async ValueTask<ProbeResult> Probe(CancellationToken cancellation)
    {
        if (_connection.Open(SocketType.Stream, ProtocolType.Tcp, out ProbeResult refusal) is not { } opened)
            return refusal;
        using Socket socket = opened;
        using ProbeDeadline deadline = ProbeDeadline.OfConversation(check, clock, cancellation);
        try
        {
            await socket.ConnectAsync(_connection.Target, deadline.Token);
            _connection.ResetAtClose(socket);
            return await Talk(socket, deadline) is { } fault ? ProbeResult.Failed(fault) : ProbeResult.Passed;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ProbeResult.Failed(deadline.Fault);
        }
        catch (SocketException failure)
        {
            return ProbeResult.Failed(ConnectFault.Describe(failure));
        }
    }

    private async ValueTask<string?> Talk(Socket socket, ProbeDeadline deadline)
    {
        byte[] buffer = new byte[LongestReply];
        if (FindFault(buffer.AsSpan(0, await ReadReply(socket, buffer, deadline)), Greeting, "greeted with") is { } unfriendly)
            return unfriendly;
        await Say(socket, _hello, deadline);
        if (FindFault(buffer.AsSpan(0, await ReadReply(socket, buffer, deadline)), Done, "answered HELO with") is { } refused)
            return refused;
        await Say(socket, "QUIT\r\n"u8.ToArray(), deadline);
        return await ReadReply(socket, buffer, deadline) == 0 ? "the connection was closed without an answer to QUIT" : null;
    }

    private static async ValueTask Say(Socket socket, byte[] command, ProbeDeadline deadline)
    {
        deadline.BeginStep();
        for (int sent = 0; sent < command.Length;)
            sent += await socket.SendAsync(command.AsMemory(sent), SocketFlags.None, deadline.Token);
    }

    /// <summary>Reads a reply to its last line, which has no hyphen after the code (RFC 5321 §4.2.1), or as much as the buffer takes.</summary>
    /// <returns>Its length in bytes; less than a reply's when the connection ended before.</returns>
    private static async ValueTask<int> ReadReply(Socket socket, byte[] buffer, ProbeDeadline deadline)
    {
        deadline.BeginStep();
        int length = 0;
        while (length < buffer.Length && !IsComplete(buffer.AsSpan(0, length)))
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, deadline.Token);
            if (count == 0)
                break;
            length += count;
        }

        return length;
    }

    private static bool IsComplete(ReadOnlySpan<byte> reply)
    {
        if (!reply.EndsWith("\n"u8))
            return false;
        int begin = reply[..^1].LastIndexOf((byte)'\n') + 1;
        return !(reply[begin..] is [>= (byte)'0' and <= (byte)'9', >= (byte)'0' and <= (byte)'9', >= (byte)'0' and <= (byte)'9', (byte)'-', ..]);
    }

    private static string? FindFault(ReadOnlySpan<byte> reply, int expected, string what)
    {
        if (reply.IsEmpty)
            return "the connection was closed before the server said anything";
        if (Utf8Parser.TryParse(reply[..Math.Min(3, reply.Length)], out int code, out int digits) && digits == 3)
            return code == expected ? null : $"{what} {code}, {expected} expected";
        return $"{what} something else than SMTP";
    }
}
