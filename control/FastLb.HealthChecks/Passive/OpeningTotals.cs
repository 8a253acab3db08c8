namespace FastLb.HealthChecks.Passive;

/// <summary>How a server has received its clients' connections: since some beginning, or within some time.</summary>
/// <param name="Answered">It answered.</param>
/// <param name="Unanswered">It did not, at the first attempt or at all.</param>
/// <param name="Refused">It answered with a reset.</param>
public readonly record struct OpeningTotals(long Answered, long Unanswered, long Refused)
{
    /// <summary>All of both.</summary>
    public OpeningTotals Plus(OpeningTotals other) => new(Answered + other.Answered, Unanswered + other.Unanswered, Refused + other.Refused);

    /// <summary>What has come since <paramref name="earlier"/>.</summary>
    public OpeningTotals Since(OpeningTotals earlier) => new(Answered - earlier.Answered, Unanswered - earlier.Unanswered, Refused - earlier.Refused);

    /// <summary>Whether these can't be later totals of what <paramref name="earlier"/> counts: whoever counts has begun anew.</summary>
    public bool AreBehind(OpeningTotals earlier) => Answered < earlier.Answered || Unanswered < earlier.Unanswered || Refused < earlier.Refused;
}
