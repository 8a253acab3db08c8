using System.Runtime.InteropServices;

namespace FastLb.Native.Firewall;

/// <summary>What came of commands to nftables.</summary>
/// <param name="Succeeded">True when all of them were executed, false when none was.</param>
/// <param name="Output">What they printed.</param>
/// <param name="Messages">What the library says about the failure, with the kernel's error in the C library's words.</param>
internal readonly record struct NftResult(bool Succeeded, string Output, string Messages)
{
    // Those that nf_tables returns; the library passes them on as strerror(3) describes them, and in no other way.
    private static readonly Errno[] KnownErrors =
    [
        Errno.EPERM, Errno.ENOENT, Errno.EEXIST, Errno.EOPNOTSUPP, Errno.EINVAL, Errno.EPROTONOSUPPORT, Errno.EAFNOSUPPORT, Errno.ENOMEM, Errno.ENOBUFS,
        Errno.EBUSY, Errno.ENFILE, Errno.ENOSPC, Errno.EMSGSIZE, Errno.EAGAIN, Errno.EINTR,
    ];

    /// <summary>The kernel's error; <see cref="Errno.EIO"/> when the message names none, as for commands that the library doesn't understand.</summary>
    public Errno Errno
    {
        get
        {
            if (Succeeded)
                return Errno.None;
            foreach (Errno errno in KnownErrors)
            {
                if (Messages.Contains(Marshal.GetPInvokeErrorMessage((int)errno), StringComparison.Ordinal))
                    return errno;
            }

            return Errno.EIO;
        }
    }
}
