using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastLb.Native.Firewall;
using FastLb.Native.Tests.Namespaces;
using FastLb.Native.Tests.Processes;

namespace FastLb.Native.Tests.Firewall;

public sealed class ServiceGuardTests : IDisposable
{
    private const string Table = "fastlb_guard";
    private const ushort Guarded = 8080;
    private const ushort Unguarded = 8081;
    private static readonly IPAddress Address4 = IPAddress.Parse(VethPair.NearAddress);
    private static readonly IPAddress Address6 = IPAddress.Parse("2001:db8::1");

    private readonly VethPair _link = new();
    private readonly ServiceGuard _guard;

    public ServiceGuardTests()
    {
        AddIpv6(_link.Near, VethPair.NearName, Address6);
        AddIpv6(_link.Far, VethPair.FarName, IPAddress.Parse("2001:db8::2"));
        _link.AwaitTraffic();
        _guard = _link.Near.Invoke(() => ServiceGuard.Open(Table));
    }

    public void Dispose()
    {
        _guard.Dispose();
        _link.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connection_to_a_guarded_port_is_not_reset(bool ipv6)
    {
        IPAddress address = ipv6 ? Address6 : Address4;
        Assert.True(IsRefused(address, Guarded));
        _guard.SetServices([new GuardedService(address, ProtocolType.Tcp, Guarded)]);

        using Socket client = Open(_link.Far, address, SocketType.Stream);
        Task connect = client.ConnectAsync(new IPEndPoint(address, Guarded));
        Eventually.Read(_guard.ReadDropped, dropped => dropped >= 2); // also the second attempt of a client that had no answer

        Assert.False(connect.IsCompleted);
        Assert.True(IsRefused(address, Unguarded));
        Assert.False(connect.IsCompleted);
    }

    [Fact]
    public void Connection_to_any_port_of_an_address_that_is_guarded_as_a_whole_is_not_reset()
    {
        _guard.SetServices([new GuardedService(Address4, ProtocolType.Tcp, 0)]);
        using Socket client = Open(_link.Far, Address4, SocketType.Stream);
        Task connect = client.ConnectAsync(new IPEndPoint(Address4, Unguarded));
        Eventually.Read(_guard.ReadDropped, dropped => dropped >= 1);
        Assert.False(connect.IsCompleted);

        Assert.Throws<ArgumentException>(() => _guard.SetServices([new GuardedService(Address6, ProtocolType.Tcp, 0)]));
        _guard.SetServices([]);
        Assert.True(IsRefused(Address4, Guarded));
    }

    [Theory]
    [InlineData(false, 100)]
    [InlineData(true, 100)]
    [InlineData(false, 4000)] // above the MTU: fragments
    [InlineData(true, 4000)]
    public void Datagram_to_a_guarded_port_brings_no_icmp_error(bool ipv6, int length)
    {
        IPAddress address = ipv6 ? Address6 : Address4;
        _guard.SetServices([new GuardedService(address, ProtocolType.Udp, Guarded)]);
        using Socket guarded = Open(_link.Far, address, SocketType.Dgram);
        using Socket unguarded = Open(_link.Far, address, SocketType.Dgram);

        guarded.Connect(address, Guarded);
        guarded.Send(new byte[length]);
        Eventually.Read(_guard.ReadDropped, dropped => dropped >= 1);
        unguarded.Connect(address, Unguarded);
        unguarded.Send(new byte[length]);

        Eventually.Read(() => HasError(unguarded), error => error); // an error for the first would have come before this one
        Assert.False(HasError(guarded));
        Assert.Equal(1UL, _guard.ReadDropped());
    }

    [Fact]
    public void Own_connections_are_refused_as_without_guard()
    {
        _guard.SetServices([new GuardedService(Address4, ProtocolType.Tcp, Guarded)]);
        using Socket client = Open(_link.Near, Address4, SocketType.Stream);

        SocketException fault = Assert.Throws<SocketException>(() => client.Connect(Address4, Guarded));

        Assert.Equal(SocketError.ConnectionRefused, fault.SocketErrorCode);
        Assert.Equal(0UL, _guard.ReadDropped());
    }

    [Fact]
    public void Other_protocol_of_a_guarded_port_is_left_alone()
    {
        _guard.SetServices([new GuardedService(Address4, ProtocolType.Udp, Guarded)]);

        Assert.True(IsRefused(Address4, Guarded));
    }

    [Fact]
    public void Changed_set_guards_what_it_has_alone()
    {
        _guard.SetServices([new GuardedService(Address4, ProtocolType.Tcp, Guarded), new GuardedService(Address6, ProtocolType.Tcp, Guarded)]);
        _guard.SetServices([new GuardedService(Address4, ProtocolType.Tcp, Unguarded)]);

        Assert.True(IsRefused(Address4, Guarded));
        Assert.True(IsRefused(Address6, Guarded));
        Assert.Equal(0UL, _guard.ReadDropped());
        using Socket client = Open(_link.Far, Address4, SocketType.Stream);
        Task connect = client.ConnectAsync(new IPEndPoint(Address4, Unguarded));
        Eventually.Read(_guard.ReadDropped, dropped => dropped >= 1);
        Assert.False(connect.IsCompleted);

        _guard.SetServices([]);
        Assert.True(IsRefused(Address4, Unguarded));
    }

    [Fact]
    public void Set_has_each_service_once_whatever_its_form()
    {
        GuardedService service = new(Address4, ProtocolType.Tcp, Guarded);
        _guard.SetServices(
        [
            service, service,
            service with { Address = Address4.MapToIPv6() },
            new GuardedService(IPAddress.Parse("fe80::1%7"), ProtocolType.Udp, Guarded),
            new GuardedService(Address6, GuardedService.Sctp, Guarded),
        ]);

        string table = _link.Near.Run("nft", $"--numeric list table inet {Table}");

        Assert.Equal(1, Count(table, "192.0.2.1 . 6 . 8080"));
        Assert.Equal(1, Count(table, "fe80::1 . 17 . 8080"));
        Assert.Equal(1, Count(table, "2001:db8::1 . 132 . 8080"));
    }

    [Fact]
    public void Thousands_of_services_are_set_in_one_step()
    {
        GuardedService[] services =
        [
            .. Enumerable.Range(1, 20_000).Select(port => new GuardedService(Address4, ProtocolType.Tcp, (ushort)port)),
            .. Enumerable.Range(1, 20_000).Select(port => new GuardedService(Address6, ProtocolType.Udp, (ushort)port)),
        ];

        _guard.SetServices(services);

        string table = _link.Near.Run("nft", $"--numeric list table inet {Table}");
        Assert.Equal(20_000, Count(table, "192.0.2.1 . 6 . "));
        Assert.Equal(20_000, Count(table, "2001:db8::1 . 17 . "));
    }

    [Theory]
    [InlineData(ProtocolType.Icmp, 8080)]
    public void Service_that_headers_cannot_show_is_refused_and_nothing_changed(ProtocolType protocol, ushort port)
    {
        GuardedService service = new(Address4, ProtocolType.Tcp, Guarded);
        _guard.SetServices([service]);

        Assert.Throws<ArgumentException>(() => _guard.SetServices([new GuardedService(Address4, protocol, port)]));

        Assert.Contains("192.0.2.1 . tcp . 8080", _link.Near.Run("nft", $"list table inet {Table}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Disposing_removes_the_table_even_while_a_child_started_meanwhile_lives()
    {
        using Process child = _link.Near.Invoke(() => Process.Start(new ProcessStartInfo("sleep", "60") { UseShellExecute = false })!);
        try
        {
            Assert.Equal($"table inet {Table}", ListTables());

            _guard.Dispose();

            Assert.Equal("", ListTables());
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    [Fact]
    public void Flushing_the_ruleset_passes_the_guard_by()
    {
        _link.Near.Run("nft", "add table inet other");

        _link.Near.Run("nft", "flush ruleset");

        Assert.Equal($"table inet {Table}", ListTables());
    }

    [Fact]
    public void Second_guard_of_the_same_name_is_refused_until_the_first_is_gone()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => _link.Near.Invoke(() => ServiceGuard.Open(Table)));

        Assert.Equal(Errno.EBUSY, fault.Errno);
        Assert.StartsWith($"create nftables table inet {Table}: EBUSY: another process owns it, it seems a second FastLb", fault.Message, StringComparison.Ordinal);
        using ServiceGuard other = _link.Near.Invoke(() => ServiceGuard.Open("other"));
        _guard.Dispose();
        using ServiceGuard second = _link.Near.Invoke(() => ServiceGuard.Open(Table));
    }

    [Fact]
    public void Table_without_owner_is_told_with_the_command_that_removes_it()
    {
        _link.Near.Run("nft", "add table inet leftover");

        SystemCallException fault = Assert.Throws<SystemCallException>(() => _link.Near.Invoke(() => ServiceGuard.Open("leftover")));

        Assert.Equal(Errno.EEXIST, fault.Errno);
        Assert.EndsWith("'nft delete table inet leftover' removes it", fault.Message, StringComparison.Ordinal);
        _link.Near.Run("nft", "delete table inet leftover");
        using ServiceGuard guard = _link.Near.Invoke(() => ServiceGuard.Open("leftover"));
    }

    [Fact]
    public void Guard_of_a_killed_process_vanishes()
    {
        const string Held = "held_elsewhere";
        using Process holder = StartHolder(Held);
        try
        {
            Assert.Equal("held", holder.StandardOutput.ReadLine());
            Assert.Contains($"table inet {Held}", ListTables(), StringComparison.Ordinal);
        }
        finally
        {
            holder.Kill();
            holder.WaitForExit();
        }

        Assert.Equal($"table inet {Table}", ListTables());
    }

    [Fact]
    public void Second_process_is_told_which_has_the_guard()
    {
        const string Held = "held_elsewhere";
        using Process holder = StartHolder(Held);
        Assert.Equal("held", holder.StandardOutput.ReadLine());
        using Process second = StartHolder(Held);

        string? answer = second.StandardOutput.ReadLine();

        second.StandardInput.Close();
        second.WaitForExit();
        holder.StandardInput.Close();
        holder.WaitForExit();
        Assert.Equal(
            $"create nftables table inet {Held}: EBUSY: another process ('FastLb.Native.T') owns it, " // to the kernel a name has 15 letters
            + "it seems a second FastLb in this network namespace: stop one of them",
            answer);
    }

    [Fact]
    public void Missing_privilege_is_told()
    {
        using NetworkNamespace unprivileged = new();
        unprivileged.Invoke(() => ThreadCapabilities.Drop(ThreadCapabilities.CAP_NET_ADMIN));

        SystemCallException fault = Assert.Throws<SystemCallException>(() => unprivileged.Invoke(() => ServiceGuard.Open(Table)));

        Assert.Equal($"create nftables table inet {Table}: EPERM: needs CAP_NET_ADMIN in this network namespace, or root", fault.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("two words")]
    [InlineData("a;flush")]
    [InlineData("a\n")]
    public void Impossible_names_are_refused(string name) => Assert.Throws<ArgumentException>(() => ServiceGuard.Open(name));

    [Theory]
    [InlineData("netlink: Error: cache initialization failed: Operation not supported")]
    [InlineData("Error: Could not process rule: Invalid argument")]
    public void Kernel_without_owned_tables_is_told_as_a_missing_feature(string messages)
    {
        KernelFeatureException fault = Assert.IsType<KernelFeatureException>(ServiceGuard.Failure("inet x", new NftResult(false, "", messages)));

        Assert.Equal(new Version(5, 12), fault.MinimumKernel);
        Assert.IsType<SystemCallException>(fault.InnerException);
    }

    [Fact]
    public void Message_without_known_error_is_passed_on()
    {
        Exception fault = ServiceGuard.Failure("inet x", new NftResult(false, "", "Error: syntax error, unexpected flags"));

        Assert.Equal("create nftables table inet x: EIO: nftables says: Error: syntax error, unexpected flags", fault.Message);
    }

    private static void AddIpv6(NetworkNamespace place, string device, IPAddress address)
    {
        place.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/disable_ipv6", "0"));
        place.Run("ip", $"address add {address}/64 dev {device} nodad");
    }

    private static Socket Open(NetworkNamespace place, IPAddress peer, SocketType type) =>
        place.Invoke(() => new Socket(peer.AddressFamily, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp));

    private static bool HasError(Socket socket) => socket.Poll(0, SelectMode.SelectError);

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private Process StartHolder(string table) => _link.Near.Invoke(() =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [GuardHolder.Argument, table])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    /// <summary>True when the far end's connection is reset.</summary>
    private bool IsRefused(IPAddress address, ushort port)
    {
        using Socket client = Open(_link.Far, address, SocketType.Stream);
        SocketException fault = Assert.Throws<SocketException>(() => client.Connect(address, port));
        return fault.SocketErrorCode == SocketError.ConnectionRefused;
    }

    private string ListTables() => _link.Near.Run("nft", "list tables").Trim();
}
