using System.Diagnostics;
using System.Net;
using FastLb.Native.Interfaces;
using FastLb.Native.Processes;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.Runtime;
using FastLb.Runtime.Tests;
using Microsoft.Extensions.Logging;

namespace FastLb.Supervisor.Tests;

public sealed class LeftoversTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly IPAddress Virtual = IPAddress.Parse("192.0.2.100");
    private static readonly IPAddress Static = IPAddress.Parse("192.0.2.5");

    private readonly TemporaryFolder _folder = new();
    private readonly RuntimeDirectory _directory;
    private readonly RecordingLog _log = new();

    public LeftoversTests() => _directory = new RuntimeDirectory(_folder.Path);

    [Fact]
    public void Addresses_neighbours_and_files_of_a_killed_director_are_taken_back()
    {
        using var network = new NetworkNamespace();
        network.Run("ip", "link add near type veth peer name far");
        network.Run("ip", "link set near up");
        network.Run("ip", "link set far up");
        network.Run("ip", "address add 192.0.2.1/24 dev near");
        IPAddress neighbour = IPAddress.Parse("192.0.2.7");
        using Rtnetlink kernel = network.Invoke(Rtnetlink.Open);
        int index = kernel.Links.Find("near")!.Index;
        KernelJournal.Open(_directory.AddressJournal, kernel, _log).AddAddress(new AddressInfo(index, Virtual, 32));
        KernelJournal.Open(_directory.StaticJournal, kernel, _log).AddAddress(new AddressInfo(index, Static, 32));
        KernelJournal.Open(_directory.NeighbourJournal, kernel, _log).ManageNeighbour(index, neighbour);
        string[] files = [_directory.VrrpStateFile, _directory.ProcessesFile, _directory.PidFile(ProcessRole.Control)];
        foreach (string file in files)
            File.WriteAllText(file, "left");

        network.Invoke(() => Leftovers.Undo(_directory, _log));

        Assert.DoesNotContain(kernel.Addresses.List(), address => address.Address.Equals(Virtual) || address.Address.Equals(Static));
        Assert.Contains(kernel.Addresses.List(), address => address.Address.Equals(IPAddress.Parse("192.0.2.1")));
        Assert.False(kernel.Neighbours.Find(index, neighbour)?.IsManaged ?? false);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
        Assert.True(_log.Has(LogLevel.Warning, "removed 192.0.2.100/32"));
    }

    [Fact]
    public void Receive_offloads_of_a_killed_dataplane_are_switched_on_again()
    {
        using var network = new NetworkNamespace();
        network.Run("ip", "link add near type veth peer name far");
        network.Run("ethtool", "-K near gro on");
        network.Invoke(() => OffloadJournal.Open(_directory.OffloadJournal).Suspend(NetworkDevice.Read("near").Index, "near"));
        Assert.Equal(ReceiveOffloads.None, network.Invoke(() => InterfaceOffloads.Read("near")).On);

        network.Invoke(() => Leftovers.Undo(_directory, _log));

        Assert.Equal(ReceiveOffloads.Generic, network.Invoke(() => InterfaceOffloads.Read("near")).On);
        Assert.True(_log.Has(LogLevel.Warning, "near: switched rx-gro on again"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void What_moves_alone_is_taken_back_with_the_roles()
    {
        using var network = new NetworkNamespace();
        using Rtnetlink kernel = network.Invoke(Rtnetlink.Open);
        int index = kernel.Links.Find("lo")!.Index;
        KernelJournal.Open(_directory.AddressJournal, kernel, _log).AddAddress(new AddressInfo(index, Virtual, 32));
        KernelJournal.Open(_directory.StaticJournal, kernel, _log).AddAddress(new AddressInfo(index, Static, 32));
        File.WriteAllText(_directory.VrrpStateFile, "[\"VI_1\"]");
        File.WriteAllText(_directory.HealthFile, "kept");

        network.Invoke(() => Leftovers.UndoAddresses(_directory, _log));

        Assert.DoesNotContain(kernel.Addresses.List(), address => address.Address.Equals(Virtual));
        Assert.Contains(kernel.Addresses.List(), address => address.Address.Equals(Static));
        Assert.Equal([_directory.HealthFile, _directory.StaticJournal], Directory.EnumerateFileSystemEntries(_directory.Path).Order());
    }

    [Fact]
    public async Task Process_of_an_earlier_director_is_waited_for()
    {
        using Process left = StartChild("control");
        try
        {
            _directory.WritePid(ProcessRole.Control, left.Id);

            Task waiting = Leftovers.WaitForProcesses(_directory, _log, TestContext.Current.CancellationToken);
            Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken)));
            Assert.True(_log.Has(LogLevel.Warning, $"control process {left.Id}"));
            ProcessSignal.Terminate(left.Id);

            await waiting.WaitAsync(Patience, TestContext.Current.CancellationToken);
            await left.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            left.Kill();
        }
    }

    [Fact]
    public async Task Process_that_has_got_the_number_meanwhile_is_not_waited_for()
    {
        using Process other = Process.Start("sleep", "600");
        using Process ofOtherRole = StartChild("control");
        try
        {
            _directory.WritePid(ProcessRole.Vrrp, other.Id);
            _directory.WritePid(ProcessRole.Dataplane, ofOtherRole.Id);

            await Leftovers.WaitForProcesses(_directory, _log, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

            Assert.False(other.HasExited);
            Assert.False(ofOtherRole.HasExited);
            Assert.Empty(_log.Lines);
        }
        finally
        {
            other.Kill();
            ofOtherRole.Kill();
        }
    }

    [Fact]
    public async Task Process_that_has_ended_is_not_waited_for()
    {
        using Process ended = Process.Start("true");
        await ended.WaitForExitAsync(TestContext.Current.CancellationToken);
        _directory.WritePid(ProcessRole.Vrrp, ended.Id);

        await Leftovers.WaitForProcesses(_directory, _log, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _folder.Dispose();

    private Process StartChild(string role)
    {
        Process child = Process.Start(
            Environment.ProcessPath!, ["process", role, "--runtime-dir", _directory.Path, "--parent", $"{Environment.ProcessId}", PlayedChild.Serve]);
        // Until it has executed the program, its command line is that of this process.
        Assert.True(SpinWait.SpinUntil(() => File.Exists(PlayedChild.ArgumentsFile(_directory.Path, role, child.Id)), Patience));
        return child;
    }
}
