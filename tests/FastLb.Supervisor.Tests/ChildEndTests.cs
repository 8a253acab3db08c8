namespace FastLb.Supervisor.Tests;

public sealed class ChildEndTests
{
    [Theory]
    [InlineData(0, "ended with status 0")]
    [InlineData(1, "ended with status 1")]
    [InlineData(128, "ended with status 128")]
    [InlineData(134, "was ended by SIGABRT")]
    [InlineData(137, "was ended by SIGKILL")]
    [InlineData(139, "was ended by SIGSEGV")]
    [InlineData(143, "was ended by SIGTERM")]
    [InlineData(159, "was ended by signal 31")]
    public void End_is_told_in_words(int status, string words) => Assert.Equal(words, new ChildEnd(status, 0).ToString());
}
