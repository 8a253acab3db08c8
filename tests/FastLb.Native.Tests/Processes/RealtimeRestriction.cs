using System.Runtime.InteropServices;

namespace FastLb.Native.Tests.Processes;

/// <summary>What systemd's <c>RestrictRealtime=</c> does, to the calling thread alone until its end: a filter refuses sched_setscheduler (seccomp(2)).</summary>
internal static unsafe partial class RealtimeRestriction
{
    private const int PR_SET_SECCOMP = 22;
    private const int SECCOMP_MODE_FILTER = 2;
    private const uint SECCOMP_RET_ERRNO = 0x0005_0000;
    private const uint SECCOMP_RET_ALLOW = 0x7FFF_0000;

    public static void Install()
    {
        uint call = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 144u : 119u;
        ulong* filter = stackalloc ulong[4];
        filter[0] = Instruction(0x20); // BPF_LD | BPF_W | BPF_ABS: the call's number is the first word
        filter[1] = Instruction(0x15, skipIfFalse: 1, call); // BPF_JMP | BPF_JEQ
        filter[2] = Instruction(0x06, operand: SECCOMP_RET_ERRNO | (uint)Errno.EPERM); // BPF_RET
        filter[3] = Instruction(0x06, operand: SECCOMP_RET_ALLOW);
        FilterProgram program = new() { Length = 4, First = filter };
        Assert.Equal(0, Control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
    }

    /// <summary>struct sock_filter: 16 bits of code, 8 each to skip if true and if false, 32 of operand.</summary>
    private static ulong Instruction(ushort code, byte skipIfFalse = 0, uint operand = 0) => code | ((ulong)skipIfFalse << 24) | ((ulong)operand << 32);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint mode, FilterProgram* program, nuint unused1, nuint unused2);

    /// <summary>struct sock_fprog.</summary>
    private struct FilterProgram
    {
        public ushort Length;
        public ulong* First;
    }
}
