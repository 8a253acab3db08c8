using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace FastLb.Mail.Tests;

/// <summary>A mail that has arrived: the commands before it, and its lines as they were sent.</summary>
internal sealed record ReceivedMail(IReadOnlyList<string> Commands, IReadOnlyList<string> Lines)
{
    public string Header(string name) =>
        Lines.TakeWhile(line => line.Length > 0).Single(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];

    public IEnumerable<string> Body => Lines.SkipWhile(line => line.Length > 0).Skip(1);
}

/// <summary>A real little mail server on 127.0.0.1. Answers may be replaced by the first word of the command, or by the whole of it.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener;
    private readonly Channel<ReceivedMail> _received = Channel.CreateUnbounded<ReceivedMail>();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _serving;

    /// <param name="port">Where it listens; 0 for any that is free.</param>
    public MailServer(ushort port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Port = (ushort)((IPEndPoint)_listener.LocalEndpoint).Port;
        _serving = Serve();
    }

    public ushort Port { get; }

    public ConcurrentDictionary<string, string> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Says nothing at all to those who connect.</summary>
    public bool IsSilent { get; init; }

    public async Task<ReceivedMail> Next()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        return await _received.Reader.ReadAsync(cancellation).AsTask().WaitAsync(Patience, cancellation);
    }

    public bool HasMore => _received.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _serving;
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_ending.Token);
                if (IsSilent)
                    await Task.Delay(Timeout.Infinite, _ending.Token);
                try
                {
                    await Converse(client);
                }
                catch (IOException)
                {
                    continue; // the other end has given up
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            _received.Writer.Complete();
        }
    }

    private async Task Converse(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        List<string> commands = [];
        await writer.WriteLineAsync("220-two lines\r\n220 here");
        while (await reader.ReadLineAsync(_ending.Token) is { } command)
        {
            commands.Add(command);
            string usual = command == "DATA" ? "354 go on" : "250-fine\r\n250 well";
            string answer = Answers.GetValueOrDefault(command) ?? Answers.GetValueOrDefault(command.Split(' ')[0]) ?? usual;
            await writer.WriteLineAsync(answer);
            if (command != "DATA" || answer[0] != '3')
                continue;
            List<string> lines = [];
            while (await reader.ReadLineAsync(_ending.Token) is { } line && line != ".")
                lines.Add(line);
            _received.Writer.TryWrite(new ReceivedMail([.. commands], lines));
            await writer.WriteLineAsync("250 taken");
        }
    }
}
