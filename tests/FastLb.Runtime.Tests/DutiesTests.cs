namespace FastLb.Runtime.Tests;

public sealed class DutiesTests
{
    [Fact]
    public async Task Failure_of_one_is_thrown_though_the_others_go_on()
    {
        using var stopping = new CancellationTokenSource();

        await Assert.ThrowsAsync<DirectorException>(() => Duties.Together(stopping.Token, Task.Delay(Timeout.Infinite, stopping.Token), Task.FromException(new DirectorException("failed"))));
    }

    [Fact]
    public async Task One_that_ends_by_itself_is_a_fault() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Duties.Together(CancellationToken.None, Task.CompletedTask, Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken)));

    [Fact]
    public async Task All_are_waited_for_at_the_stop()
    {
        using var stopping = new CancellationTokenSource();
        var last = new TaskCompletionSource();
        Task together = Duties.Together(stopping.Token, Task.Delay(Timeout.Infinite, stopping.Token), last.Task);
        await stopping.CancelAsync();
        Assert.False(together.IsCompleted);

        last.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => together);
    }
}
