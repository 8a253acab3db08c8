using FastLb.Configuration.Model;
using FastLb.HealthChecks.Passive;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests.Passive;

/// <summary>Readings each half second, judged by "5 connections within 2 s".</summary>
public sealed class PassiveJudgeTests
{
    private static readonly ServiceIdentity Web = ServiceIdentity.Of(Services.Service());
    private static readonly ServiceIdentity Mail = Web with { Port = 25 };

    private readonly PassiveJudge _judge = new(new PassiveCheckSettings(5, TimeSpan.FromSeconds(2)));
    private readonly Dictionary<(ServiceIdentity Service, int Server), OpeningTotals> _totals = new() { [(Web, 1)] = default, [(Web, 2)] = default };
    private double _seconds = -0.5;

    public PassiveJudgeTests() => Read(); // a window begins with the first reading

    [Fact]
    public void Server_that_answers_none_while_another_answers_is_failing()
    {
        Count(1, unanswered: 4);
        Count(2, answered: 1);
        Assert.Equal(["2 answers 1/0/0"], Read());
        Count(1, unanswered: 1);

        Assert.Equal(["1 fails 0/5/0"], Read());
    }

    [Fact]
    public void Unanswered_connections_say_nothing_of_a_server_while_no_other_answers()
    {
        Count(1, unanswered: 500);
        Count(2, unanswered: 3);
        Assert.Empty(Read());
        Count(2, answered: 1);

        Assert.Equal(["1 fails 0/500/0", "2 answers 1/0/0"], Read());
    }

    [Fact]
    public void Answers_of_another_service_do_not_count()
    {
        _totals[(Mail, 3)] = default;
        Read();
        Count(1, unanswered: 10);
        Count(3, Mail, answered: 10);

        Assert.Equal(["3 answers 10/0/0"], Read());
    }

    [Fact]
    public void Refusals_are_evidence_by_themselves()
    {
        Count(1, refused: 5, unanswered: 9);

        Assert.Equal(["1 fails 0/9/5"], Read());
    }

    [Fact]
    public void Refused_and_unanswered_connections_count_together()
    {
        Count(1, refused: 3, unanswered: 2);
        Assert.Empty(Read());
        Count(2, answered: 2);

        Assert.Equal(["1 fails 0/2/3", "2 answers 2/0/0"], Read());
    }

    [Fact]
    public void Server_that_has_answered_within_the_window_is_not_failing()
    {
        Count(1, answered: 1);
        Assert.Equal(["1 answers 1/0/0"], Read());
        for (int reading = 0; reading < 3; reading++)
        {
            Count(1, refused: 3);
            Assert.Empty(Read());
        }

        Count(1, refused: 3);
        Assert.Equal(["1 fails 0/0/12"], Read()); // the answer was read 2 s ago
    }

    [Fact]
    public void Failures_that_are_farther_apart_than_the_window_do_not_add_up()
    {
        for (int reading = 0; reading < 40; reading++)
        {
            if (reading % 3 == 0)
                Count(1, refused: 2);
            Assert.Empty(Read());
        }
    }

    [Fact]
    public void What_has_brought_about_a_verdict_does_not_bring_about_another()
    {
        Count(1, refused: 5);
        Assert.Equal(["1 fails 0/0/5"], Read());
        Assert.Empty(Read());
        Count(1, refused: 4);
        Assert.Empty(Read());
        Count(1, refused: 1);

        Assert.Equal(["1 fails 0/0/5"], Read());
    }

    [Fact]
    public void Totals_before_the_first_reading_say_nothing()
    {
        _totals[(Web, 3)] = new OpeningTotals(0, 100, 100);
        Count(2, answered: 1);
        Assert.Equal(["2 answers 1/0/0"], Read());
        Count(3, refused: 4);
        Assert.Empty(Read());
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(9, 0, 12)] // one count has gone beyond the former one before it was read
    public void Counters_that_begin_anew_begin_a_window(long answered, long unanswered, long refused)
    {
        Count(1, answered: 10, unanswered: 4, refused: 4);
        Read();
        _seconds += 10;
        Read();
        Count(1, refused: 4);
        Assert.Empty(Read());
        _totals[(Web, 1)] = new OpeningTotals(answered, unanswered, refused);
        Assert.Empty(Read());
        Count(1, refused: 4);
        Assert.Empty(Read());
        Count(1, refused: 1);

        Assert.Equal(["1 fails 0/0/5"], Read());
    }

    [Fact]
    public void Server_that_goes_and_comes_back_begins_a_window()
    {
        Count(1, refused: 4);
        Assert.Empty(Read());
        OpeningTotals kept = _totals[(Web, 1)];
        _totals.Remove((Web, 1));
        Assert.Empty(Read());
        _totals[(Web, 1)] = kept.Plus(new OpeningTotals(0, 0, 50));
        Assert.Empty(Read());
        Count(1, refused: 5);

        Assert.Equal(["1 fails 0/0/5"], Read());
    }

    [Fact]
    public void Same_server_of_two_services_is_two()
    {
        _totals[(Mail, 1)] = default;
        Read();
        Count(1, refused: 3);
        Count(1, Mail, refused: 3);
        Assert.Empty(Read());
    }

    [Fact]
    public void Readings_that_are_farther_apart_than_the_window_still_count()
    {
        _seconds += 60;
        Count(1, refused: 5);

        Assert.Equal(["1 fails 0/0/5"], Read());
    }

    private void Count(int server, ServiceIdentity? service = null, long answered = 0, long unanswered = 0, long refused = 0) =>
        _totals[(service ?? Web, server)] = _totals[(service ?? Web, server)].Plus(new OpeningTotals(answered, unanswered, refused));

    /// <summary>The verdicts half a second later, as "server fails|answers answered/unanswered/refused", by server.</summary>
    private string[] Read()
    {
        _seconds += 0.5;
        List<ServerReading> readings = [.. _totals.Select(entry => new ServerReading(entry.Key.Service, IdentityOf(entry.Key.Server), entry.Value))];
        return
        [
            .. _judge.Judge(readings, TimeSpan.FromSeconds(_seconds))
                .Select(verdict => $"{verdict.Server.Address.GetAddressBytes()[3]} {(verdict.IsFailing ? "fails" : "answers")} {verdict.Counted.Answered}/{verdict.Counted.Unanswered}/{verdict.Counted.Refused}")
                .Order(StringComparer.Ordinal),
        ];
    }

    private static ServerIdentity IdentityOf(int server) => new(Services.AddressOf(server), 80);
}
