using System.ComponentModel;
using System.Runtime.InteropServices;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>A signal to send to one process, by its number on Linux.</summary>
internal enum Signal
{
    HangUp = 1,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static class SignalDelivery
{
    /// <exception cref="Win32Exception">There is no such process.</exception>
    public static void SendTo(this Signal signal, int process)
    {
        // 0 and negative numbers address process groups.
        ArgumentOutOfRangeException.ThrowIfLessThan(process, 2);
        if (LibC.Kill(process, (int)signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"kill {process} with {signal}: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
