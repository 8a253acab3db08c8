using System.Text;
using FastLb.Configuration.Model;
using FastLb.Runtime.Tests;
using Microsoft.Extensions.Logging;

namespace FastLb.Mail.Tests;

/// <summary>Mail that is really sent, to a server of the test's own.</summary>
public sealed class MailSenderTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset Date = new(2026, 3, 5, 7, 8, 9, new TimeSpan(-3, -30, 0));

    private readonly MailServer _server = new();
    private readonly RecordingLog _log = new();

    [Fact]
    public async Task Conversation_and_headers_are_those_of_the_standards()
    {
        await Send(new MailMessage("[RTR] a subject", "a body", Date), Route("a@x.org", "Bee <b@x.org>"));

        ReceivedMail mail = await _server.Next();
        Assert.Equal(["EHLO director", "MAIL FROM:<me@x.org>", "RCPT TO:<a@x.org>", "RCPT TO:<b@x.org>", "DATA"], mail.Commands);
        Assert.Equal("Thu, 05 Mar 2026 07:08:09 -0330", mail.Header("Date"));
        Assert.Equal("Director <me@x.org>", mail.Header("From"));
        Assert.Equal("[RTR] a subject", mail.Header("Subject"));
        Assert.Equal("FastLb", mail.Header("X-Mailer"));
        Assert.Equal("a@x.org,", mail.Header("To"));
        Assert.Contains(" Bee <b@x.org>", mail.Lines);
        Assert.Equal(["a body"], mail.Body);
    }

    [Fact]
    public async Task Server_that_knows_no_EHLO_is_greeted_with_HELO()
    {
        _server.Answers["EHLO"] = "502 what?";

        await Send(new MailMessage("s", "b", Date), Route("a@x.org"));

        Assert.Equal(["EHLO director", "HELO director"], (await _server.Next()).Commands.Take(2));
    }

    [Fact]
    public async Task Lines_that_begin_with_a_dot_are_doubled_and_do_not_end_the_mail()
    {
        await Send(new MailMessage("s", "one\n.\n..two\r\nthree\n", Date), Route("a@x.org"));

        Assert.Equal(["one", "..", "...two", "three"], (await _server.Next()).Body);
    }

    [Fact]
    public async Task Subject_can_bring_in_no_header_and_may_have_any_characters()
    {
        await Send(new MailMessage("x\r\nBcc: evil@x.org", "b", Date), Route("a@x.org"));
        string umlauts = string.Concat(Enumerable.Repeat("\u00fc\u20ac", 20));
        await Send(new MailMessage(umlauts, "b", Date), Route("a@x.org"));

        Assert.Equal("x  Bcc: evil@x.org", (await _server.Next()).Header("Subject"));
        ReceivedMail second = await _server.Next();
        IEnumerable<string> words = second.Lines.Where(line => line.Contains("=?utf-8?B?", StringComparison.Ordinal));
        Assert.Equal(umlauts, string.Concat(words.Select(word => Encoding.UTF8.GetString(Convert.FromBase64String(word.Split('?')[3])))));
    }

    [Fact]
    public async Task Recipient_that_is_refused_is_told_of_and_the_others_get_the_mail()
    {
        _server.Answers["RCPT TO:<a@x.org>"] = "550 unknown";

        await Send(new MailMessage("s", "b", Date), Route("a@x.org", "b@x.org"));

        await _server.Next();
        Assert.True(_log.Has(LogLevel.Warning, "a@x.org: 550 unknown"), string.Join('\n', _log.Lines));
    }

    [Theory]
    [InlineData("MAIL", "the server answers to MAIL: 451 not now")]
    [InlineData("RCPT", "all recipients are refused: a@x.org: 451 not now")]
    [InlineData("DATA", "the server answers to DATA: 451 not now")]
    public async Task Refusal_is_told_of_with_server_and_reason_and_the_next_mail_is_sent(string command, string reason)
    {
        _server.Answers[command] = "451 not now";
        await Send(new MailMessage("lost", "b", Date), Route("a@x.org"));
        _server.Answers.Clear();
        await Send(new MailMessage("kept", "b", Date), Route("a@x.org"));

        Assert.Equal("kept", (await _server.Next()).Header("Subject"));
        Assert.True(_log.Has(LogLevel.Error, $"the mail \"lost\" can't be sent by 127.0.0.1 port {_server.Port}: {reason}"), string.Join('\n', _log.Lines));
    }

    [Theory]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task Mail_that_is_not_taken_now_is_tried_again_and_those_after_it_follow_in_order(string command)
    {
        _server.Answers[command] = "451 not now";
        await using var sender = new MailSender(Patience, TimeProvider.System, _log);
        sender.Post(new MailMessage("first", "b", Date), Route("a@x.org", "b@x.org"));
        sender.Post(new MailMessage("second", "b", Date), Route("a@x.org"));
        await Told("trying again");
        Assert.False(_server.HasMore);

        _server.Answers.Clear();

        ReceivedMail first = await _server.Next();
        Assert.Equal("first", first.Header("Subject"));
        Assert.Equal(["RCPT TO:<a@x.org>", "RCPT TO:<b@x.org>"], first.Commands.Where(word => word.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.Equal("second", (await _server.Next()).Header("Subject"));
        Assert.False(_log.Has(LogLevel.Error, string.Empty), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Mail_for_a_server_that_comes_later_is_sent_then()
    {
        var gone = new MailServer();
        ushort port = gone.Port;
        await gone.DisposeAsync();
        await using var sender = new MailSender(Patience, TimeProvider.System, _log);
        sender.Post(new MailMessage("kept", "b", Date), Route("a@x.org") with { Server = new SmtpServer("127.0.0.1", port) });
        await Told("trying again");

        await using var back = new MailServer(port);

        Assert.Equal("kept", (await back.Next()).Header("Subject"));
    }

    [Theory]
    [InlineData("MAIL", "550 never")]
    [InlineData("RCPT", "550 nobody")]
    public async Task Lasting_refusal_is_not_tried_again(string command, string answer)
    {
        _server.Answers[command] = answer;
        await using var sender = new MailSender(Patience, TimeProvider.System, _log);
        sender.Post(new MailMessage("lost", "b", Date), Route("a@x.org"));
        await Told("can't be sent");

        Assert.True(_log.Has(LogLevel.Error, answer), string.Join('\n', _log.Lines));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("trying again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mail_is_given_up_when_it_is_too_old()
    {
        _server.Answers["MAIL"] = "451 not now";
        await using var sender = new MailSender(Patience, TimeProvider.System, _log) { LongestWait = TimeSpan.FromSeconds(1.5) };
        sender.Post(new MailMessage("lost", "b", Date), Route("a@x.org"));

        await Told("the mail \"lost\" can't be sent by 127.0.0.1 port " + _server.Port + ": the server answers to MAIL: 451 not now", LogLevel.Error);

        Assert.Single(_log.Lines, line => line.Contains("trying again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_that_is_not_there_is_told_of()
    {
        var gone = new MailServer();
        await gone.DisposeAsync();

        await Send(new MailMessage("s", "b", Date), Route("a@x.org") with { Server = new SmtpServer("127.0.0.1", gone.Port) });

        Assert.True(_log.Has(LogLevel.Error, "can't be sent"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Server_that_says_nothing_is_given_up()
    {
        await using var silent = new MailServer { IsSilent = true };

        var server = new SmtpServer("127.0.0.1", silent.Port);
        await Send(new MailMessage("s", "b", Date), Route("a@x.org") with { Server = server, Patience = TimeSpan.FromMilliseconds(50) });

        Assert.True(_log.Has(LogLevel.Error, "no answer within 0.05 s"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task End_waits_for_so_long_only_and_tells_what_is_not_sent()
    {
        await using var silent = new MailServer { IsSilent = true };
        var sender = new MailSender(TimeSpan.FromMilliseconds(50), TimeProvider.System, _log);
        sender.Post(new MailMessage("first", "b", Date), Route("a@x.org") with { Server = new SmtpServer("127.0.0.1", silent.Port) });
        sender.Post(new MailMessage("second", "b", Date), Route("a@x.org") with { Server = new SmtpServer("127.0.0.1", silent.Port) });

        await sender.DisposeAsync();

        Assert.True(_log.Has(LogLevel.Error, "\"first\" is not sent"), string.Join('\n', _log.Lines));
        Assert.True(_log.Has(LogLevel.Error, "\"second\" is not sent"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public async Task Mail_beyond_the_room_is_left_out_and_told_of()
    {
        await using var silent = new MailServer { IsSilent = true };
        var sender = new MailSender(TimeSpan.Zero, TimeProvider.System, _log);
        for (int i = 0; i < 300; i++)
            sender.Post(new MailMessage($"m{i}", "b", Date), Route("a@x.org") with { Server = new SmtpServer("127.0.0.1", silent.Port) });

        await sender.DisposeAsync();

        Assert.True(_log.Has(LogLevel.Error, "the mail \"m299\" is not sent: 256 others wait"), string.Join('\n', _log.Lines));
    }

    [Fact]
    public void Settings_without_server_or_recipient_have_no_route_and_defaults_name_the_host()
    {
        var server = new SmtpServer("mail", 25);
        Assert.Null(MailRoute.Of(new MailSettings { Server = server }));
        Assert.Null(MailRoute.Of(new MailSettings { Recipients = ["a@x.org"] }));

        MailRoute route = MailRoute.Of(new MailSettings { Server = server, Recipients = ["a@x.org"] })!;

        Assert.StartsWith(Environment.MachineName, route.HeloName, StringComparison.Ordinal);
        Assert.Equal($"{Environment.UserName}@{route.HeloName}", route.Sender);
        Assert.Equal(TimeSpan.FromSeconds(30), route.Patience);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private MailRoute Route(params string[] recipients) =>
        new(new SmtpServer("127.0.0.1", _server.Port), "director", "Director <me@x.org>", [.. recipients], Patience);

    private async Task Told(string part, LogLevel? level = null)
    {
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!_log.Lines.Any(line => line.Contains(part, StringComparison.Ordinal) && (level is not { } wanted || _log.Has(wanted, part))))
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < Patience, string.Join('\n', _log.Lines));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Tries once.</summary>
    private async Task Send(MailMessage message, MailRoute route)
    {
        await using var sender = new MailSender(Patience, TimeProvider.System, _log) { LongestWait = TimeSpan.Zero };
        sender.Post(message, route);
    }
}
