using System.Net.Sockets;
using System.Text;
using FastLb.Runtime.Tests;

namespace FastLb.Supervisor.Tests;

public sealed class ChildNotificationsTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly TemporaryFolder _folder = new();
    private readonly ChildNotifications _notifications;
    private readonly Socket _child = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public ChildNotificationsTests()
    {
        _notifications = ChildNotifications.Open(SocketPath);
        _child.Connect(new UnixDomainSocketEndPoint(SocketPath));
    }

    private string SocketPath => _folder.File("vrrp.notify");

    [Theory]
    [InlineData("READY=1")]
    [InlineData("READY=1\nSTATUS=serving")]
    [InlineData("STATUS=serving\nREADY=1")]
    public async Task Ready_is_heard_wherever_it_stands_in_a_message(string message)
    {
        Assert.False(_notifications.Ready.IsCompleted);

        Say(message);

        await _notifications.Ready.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("WATCHDOG=1")]
    [InlineData("READY=0")]
    [InlineData("XREADY=1")]
    [InlineData("READY=10")]
    [InlineData("STATUS=READY=1")]
    [InlineData("\0\u00ff\n\n=")]
    [InlineData("")]
    public async Task Other_messages_make_nothing_ready_and_the_next_is_heard(string message)
    {
        await SayAndAwaitHearing(message);
        Assert.False(_notifications.Ready.IsCompleted);

        Say("READY=1");

        await _notifications.Ready.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Configuration_that_a_process_works_by_is_waited_for_by_its_number()
    {
        Task second = _notifications.Works(2, TestContext.Current.CancellationToken), third = _notifications.Works(3, TestContext.Current.CancellationToken);
        await SayAndAwaitHearing("X_FASTLB_CONFIGURATION=1");
        await SayAndAwaitHearing("X_FASTLB_CONFIGURATION=many");
        Assert.False(second.IsCompleted);

        await SayAndAwaitHearing("READY=1\nX_FASTLB_CONFIGURATION=2");

        await second.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(third.IsCompleted);
        Say("X_FASTLB_CONFIGURATION=4");
        await third.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Message_larger_than_any_is_survived()
    {
        Say(new string('x', 20_000));
        Say("READY=1");

        await _notifications.Ready.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_survived()
    {
        _child.Send([0xff, 0xfe, 0x80, (byte)'\n', 0xc3]);
        Say("READY=1");

        await _notifications.Ready.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Any_message_ends_the_silence()
    {
        await SayAndAwaitHearing("WATCHDOG=1");
        await SayAndAwaitHearing("STATUS=well");
    }

    [Fact]
    public async Task New_process_is_not_ready_because_the_one_before_was()
    {
        Say("READY=1");
        await _notifications.Ready.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await UntilSilenceReaches(Pause);
        TimeSpan before = _notifications.Silence;

        _notifications.Expect();

        Assert.False(_notifications.Ready.IsCompleted);
        Assert.True(_notifications.Silence < before);
        Say("READY=1");
        await _notifications.Ready.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Only_the_owner_can_write_to_the_socket() =>
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));

    [Fact]
    public async Task Socket_that_was_left_is_replaced_and_goes_in_the_end()
    {
        string path = _folder.File("left.notify");
        await File.WriteAllTextAsync(path, "left", TestContext.Current.CancellationToken);

        await using (ChildNotifications.Open(path))
            Assert.NotEqual(FileAttributes.None, File.GetAttributes(path));

        Assert.False(File.Exists(path));
    }

    public async ValueTask DisposeAsync()
    {
        _child.Dispose();
        await _notifications.DisposeAsync();
        _folder.Dispose();
    }

    private void Say(string message) => _child.Send(Encoding.UTF8.GetBytes(message));

    private async Task UntilSilenceReaches(TimeSpan silence)
    {
        while (_notifications.Silence < silence)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    /// <summary>Says something after a while of silence, and waits until that has ended it: nothing else shortens it.</summary>
    private async Task SayAndAwaitHearing(string message)
    {
        await UntilSilenceReaches(Pause);
        Say(message);
        while (_notifications.Silence >= Pause)
        {
            Assert.True(_notifications.Silence < Patience, $"'{message}' was not heard");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
