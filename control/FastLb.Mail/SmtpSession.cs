using System.Net.Sockets;
using System.Text;

namespace FastLb.Mail;

/// <summary>
/// One message handed to a mail server over one connection (RFC 5321): no authentication, no encryption, no pipelining. Each answer must come within the
/// route's patience.
/// </summary>
internal sealed class SmtpSession : IDisposable
{
    /// <summary>An answer of many lines and no end is no answer.</summary>
    private const int MostLines = 100;

    private readonly MailRoute _route;
    private readonly TimeProvider _time;
    private readonly TcpClient _client;
    private StreamReader? _reader;

    private SmtpSession(MailRoute route, TimeProvider time)
    {
        _route = route;
        _time = time;
        _client = new TcpClient();
    }

    /// <summary>Sends a message to all recipients that the server takes.</summary>
    /// <returns>The recipients that the server has refused, with its answers; the others have the message.</returns>
    /// <exception cref="SmtpException">The server can't be reached, or nobody gets the message.</exception>
    public static async Task<IReadOnlyList<string>> Send(MailMessage message, MailRoute route, string id, TimeProvider time, CancellationToken cancellation)
    {
        using var session = new SmtpSession(route, time);
        try
        {
            await session.Connect(cancellation);
            return await session.Deliver(message, id, cancellation);
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            throw new SmtpException(fault.Message, fault);
        }
        catch (TimeoutException fault)
        {
            throw new SmtpException($"no answer within {route.Patience.TotalSeconds:0.###} s", fault);
        }
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _client.Dispose();
    }

    private async Task Connect(CancellationToken cancellation)
    {
        await _client.ConnectAsync(_route.Server.Host, _route.Server.Port, cancellation).AsTask().WaitAsync(_route.Patience, _time, cancellation);
        _reader = new StreamReader(_client.GetStream(), Encoding.UTF8);
        Demand(await ReadAnswer(cancellation), '2', "connecting");
        if (!(await Ask($"EHLO {_route.HeloName}", cancellation)).IsKind('2'))
            Demand(await Ask($"HELO {_route.HeloName}", cancellation), '2', "HELO");
    }

    private async Task<IReadOnlyList<string>> Deliver(MailMessage message, string id, CancellationToken cancellation)
    {
        Demand(await Ask($"MAIL FROM:<{MailRoute.AddressOf(_route.Sender)}>", cancellation), '2', "MAIL");
        List<string> refused = [];
        bool areLasting = true;
        foreach (string recipient in _route.Recipients)
        {
            SmtpAnswer answer = await Ask($"RCPT TO:<{MailRoute.AddressOf(recipient)}>", cancellation);
            if (answer.IsKind('2'))
                continue;
            refused.Add($"{recipient}: {answer.Text}");
            areLasting &= answer.IsKind('5');
        }

        if (refused.Count == _route.Recipients.Count)
            throw new SmtpException($"all recipients are refused: {string.Join("; ", refused)}") { IsLasting = areLasting };
        Demand(await Ask("DATA", cancellation), '3', "DATA");
        await Write(MailText.Compose(message, _route, id), cancellation);
        Demand(await ReadAnswer(cancellation), '2', "the message");
        await Write("QUIT\r\n"u8.ToArray(), cancellation); // it has the message: what it says to this matters to nobody
        return refused;
    }

    private async Task<SmtpAnswer> Ask(string command, CancellationToken cancellation)
    {
        await Write(Encoding.UTF8.GetBytes(command + "\r\n"), cancellation);
        return await ReadAnswer(cancellation);
    }

    private async Task Write(byte[] bytes, CancellationToken cancellation) =>
        await _client.GetStream().WriteAsync(bytes, cancellation).AsTask().WaitAsync(_route.Patience, _time, cancellation);

    /// <summary>All lines of an answer: those that others follow have a hyphen after the code (RFC 5321 section 4.2.1).</summary>
    private async Task<SmtpAnswer> ReadAnswer(CancellationToken cancellation)
    {
        for (int lines = 0; lines < MostLines; lines++)
        {
            string line = await _reader!.ReadLineAsync(cancellation).AsTask().WaitAsync(_route.Patience, _time, cancellation)
                ?? throw new SmtpException("the server has closed the connection");
            if (line.Length < 4 || line[3] != '-')
                return new SmtpAnswer(line);
        }

        throw new SmtpException("the server's answer has no end");
    }

    private static void Demand(SmtpAnswer answer, char kind, string to)
    {
        if (!answer.IsKind(kind))
            throw new SmtpException($"the server answers to {to}: {answer.Text}") { IsLasting = answer.IsKind('5') };
    }

    /// <summary>The last line of an answer.</summary>
    private readonly record struct SmtpAnswer(string Text)
    {
        /// <summary>True when the code begins with this digit.</summary>
        public bool IsKind(char digit) => Text.Length >= 3 && Text[0] == digit && char.IsAsciiDigit(Text[1]) && char.IsAsciiDigit(Text[2]);
    }
}
