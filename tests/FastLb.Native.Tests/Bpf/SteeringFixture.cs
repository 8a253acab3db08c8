using System.Net.Sockets;
using FastLb.Native.Bpf;

namespace FastLb.Native.Tests.Bpf;

/// <summary>A steering program with one TCP service and a socket for its only queue, run on frames within the kernel.</summary>
public abstract class SteeringFixture : IDisposable
{
    private protected static readonly SteeredEndpoint Service = new(SteeringFrame.ServiceAddress, ProtocolType.Tcp, SteeringFrame.ServicePort);

    private protected SteeringFixture()
    {
        Program = SteeringProgram.Load(Table, receiveQueues: 1);
        Table.SetServices([Service]);
        Program.SetOwnMacs([SteeringFrame.OwnMac]);
        Program.SetSocket(0, Socket);
    }

    private protected SteeringTable Table { get; } = SteeringTable.Create();

    private protected SteeringProgram Program { get; }

    private protected UnboundXdpSocket Socket { get; } = new();

    public void Dispose()
    {
        Program.Dispose();
        Table.Dispose();
        Socket.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void AssertSteered(SteeringFrame frame, SteeringOutcome outcome = SteeringOutcome.Steered) =>
        Assert.Equal((SteeringTestRun.XdpRedirect, outcome), SteeringTestRun.Run(Program, frame.ToBytes()));

    private protected void AssertPassed(SteeringOutcome outcome, SteeringFrame frame) =>
        Assert.Equal((SteeringTestRun.XdpPass, outcome), SteeringTestRun.Run(Program, frame.ToBytes()));
}
