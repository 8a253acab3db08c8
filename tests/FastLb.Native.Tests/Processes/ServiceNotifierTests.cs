using System.Net.Sockets;
using System.Text;
using FastLb.Native.Processes;

namespace FastLb.Native.Tests.Processes;

public sealed class ServiceNotifierTests : IDisposable
{
    private const int OwnProcess = 4711;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"fastlb-notify-{Guid.NewGuid():N}");
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };

    public void Dispose()
    {
        _manager.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Notifications_go_to_the_socket_at_the_path()
    {
        _manager.Bind(new UnixDomainSocketEndPoint(_path));
        using ServiceNotifier notifier = Open(("NOTIFY_SOCKET", _path));
        Assert.True(notifier.IsEnabled);

        Assert.True(notifier.Ready("serves 3 services"));
        Assert.Equal("READY=1\nSTATUS=serves 3 services", Receive());
        Assert.True(notifier.Status("two\nlines"));
        Assert.Equal("STATUS=two lines", Receive());
        Assert.True(notifier.Reloading(TimeSpan.FromTicks(123_456_789)));
        Assert.Equal("RELOADING=1\nMONOTONIC_USEC=12345678", Receive());
        Assert.True(notifier.Watchdog());
        Assert.Equal("WATCHDOG=1", Receive());
        Assert.True(notifier.Stopping());
        Assert.Equal("STOPPING=1", Receive());
    }

    [Fact]
    public void Notifications_go_to_an_abstract_socket()
    {
        string name = Path.GetFileName(_path);
        _manager.Bind(new UnixDomainSocketEndPoint('\0' + name));
        using ServiceNotifier notifier = Open(("NOTIFY_SOCKET", '@' + name));

        Assert.True(notifier.Ready("é"));

        Assert.Equal("READY=1\nSTATUS=é", Receive());
    }

    [Fact]
    public void Without_manager_nothing_is_sent_and_all_is_well()
    {
        using ServiceNotifier notifier = Open(("WATCHDOG_USEC", "1000"));

        Assert.False(notifier.IsEnabled);
        Assert.Null(notifier.WatchdogInterval);
        Assert.True(notifier.Ready("x") && notifier.Status("x") && notifier.Reloading(TimeSpan.Zero) && notifier.Watchdog() && notifier.Stopping());
    }

    [Fact]
    public void Manager_that_is_away_is_told_and_found_again()
    {
        using ServiceNotifier notifier = Open(("NOTIFY_SOCKET", _path));
        Assert.False(notifier.Watchdog());

        _manager.Bind(new UnixDomainSocketEndPoint(_path));

        Assert.True(notifier.Watchdog());
    }

    [Fact]
    public void Manager_that_does_not_read_holds_nobody_up_for_long()
    {
        const int MoreThanAnyQueue = 100_000;
        _manager.Bind(new UnixDomainSocketEndPoint(_path));
        using ServiceNotifier notifier = Open(("NOTIFY_SOCKET", _path));

        Assert.Contains(false, Enumerable.Range(0, MoreThanAnyQueue).Select(_ => notifier.Watchdog()));
    }

    [Fact]
    public void Unsupported_kind_of_socket_is_told()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => Open(("NOTIFY_SOCKET", "vsock:2:1234")));

        Assert.Equal("notify NOTIFY_SOCKET=vsock:2:1234: EAFNOSUPPORT: only a path or an abstract socket ('@name') is supported", fault.Message);
    }

    [Theory]
    [InlineData("30000000", null, 30.0)]
    [InlineData("1500000", "4711", 1.5)]
    [InlineData("1500000", "4712", null)] // another process is watched
    [InlineData("0", null, null)]
    [InlineData("-5", null, null)]
    [InlineData("9223372036854775807", null, null)]
    [InlineData(null, "4711", null)]
    public void Watchdog_interval_is_that_for_this_process(string? microseconds, string? process, double? seconds)
    {
        using ServiceNotifier notifier = Open(("NOTIFY_SOCKET", _path), ("WATCHDOG_USEC", microseconds), ("WATCHDOG_PID", process));

        Assert.Equal(seconds is { } value ? TimeSpan.FromSeconds(value) : null, notifier.WatchdogInterval);
    }

    [Fact]
    public void Variables_come_from_the_environment_and_can_be_kept_from_children()
    {
        Dictionary<string, string?> child = new() { ["NOTIFY_SOCKET"] = _path, ["WATCHDOG_USEC"] = "1", ["WATCHDOG_PID"] = "2", ["PATH"] = "/bin" };
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", _path);
        using ServiceNotifier notifier = ServiceNotifier.FromEnvironment();
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);

        ServiceNotifier.RemoveVariables(child);

        Assert.True(notifier.IsEnabled);
        Assert.Equal(["PATH"], child.Keys);
    }

    private static ServiceNotifier Open(params (string Name, string? Value)[] variables) =>
        ServiceNotifier.From(name => variables.FirstOrDefault(variable => variable.Name == name).Value, OwnProcess);

    private string Receive()
    {
        byte[] datagram = new byte[4096];
        return Encoding.UTF8.GetString(datagram, 0, _manager.Receive(datagram));
    }
}
