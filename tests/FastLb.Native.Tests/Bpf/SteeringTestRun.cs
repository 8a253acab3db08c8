using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLb.Native.Bpf;

namespace FastLb.Native.Tests.Bpf;

/// <summary>Runs the loaded program on a frame within the kernel, without a network (BPF_PROG_TEST_RUN).</summary>
internal static unsafe partial class SteeringTestRun
{
    public const uint XdpPass = 2;
    public const uint XdpRedirect = 4;

    /// <summary>Gives the program's verdict and the one counter that went up.</summary>
    public static (uint Action, SteeringOutcome Outcome) Run(SteeringProgram program, byte[] frame)
    {
        IReadOnlyDictionary<SteeringOutcome, ulong> before = program.ReadCounters();
        uint action = Run(program.Descriptor, frame);
        SteeringOutcome outcome = Assert.Single(program.ReadCounters(), counter => counter.Value != before[counter.Key]).Key;
        Assert.Equal(before[outcome] + 1, program.ReadCounters()[outcome]);
        return (action, outcome);
    }

    private static uint Run(BpfDescriptor program, byte[] frame)
    {
        byte[] output = new byte[frame.Length + 256];
        fixed (byte* input = frame, result = output)
        {
            TestRunOptions options = new()
            {
                Size = (nuint)Unsafe.SizeOf<TestRunOptions>(),
                DataIn = (nint)input,
                DataOut = (nint)result,
                DataSizeIn = (uint)frame.Length,
                DataSizeOut = (uint)output.Length,
                Repeat = 1,
            };
            int error = bpf_prog_test_run_opts(program, ref options);
            Assert.True(error == 0, $"test run: {(Errno)(-error)}");
            Assert.Equal(frame, output[..(int)options.DataSizeOut]); // the program must not change what it looks at
            return options.ReturnValue;
        }
    }

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_prog_test_run_opts(BpfDescriptor program, ref TestRunOptions options);

    /// <summary><c>struct bpf_test_run_opts</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TestRunOptions
    {
        public nuint Size;
        public nint DataIn;
        public nint DataOut;
        public uint DataSizeIn;
        public uint DataSizeOut;
        public nint ContextIn;
        public nint ContextOut;
        public uint ContextSizeIn;
        public uint ContextSizeOut;
        public uint ReturnValue;
        public int Repeat;
        public uint Duration;
        public uint Flags;
        public uint Cpu;
        public uint BatchSize;
    }
}
