using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using FastLb.Native.Xdp;
using Xunit;
using static FastLb.Native.Xdp.XdpUapi;

namespace FastLb.PacketIO.Tests.AfXdp;

/// <summary>Holds our structures and constants against the kernel's headers, by the C compiler. Debian 12's headers are those of Linux 6.1.</summary>
public sealed class KernelLayoutTests
{
    [Fact]
    public void Structures_and_constants_equal_the_kernel_headers()
    {
        StringBuilder program = new();
        program.AppendLine("#include <stddef.h>\n#include <poll.h>\n#include <sys/socket.h>\n#include <linux/if_xdp.h>\n#include <linux/bpf.h>");
        Structure<sockaddr_xdp>(program);
        Structure<xdp_ring_offset>(program);
        Structure<xdp_mmap_offsets>(program);
        Structure<xdp_desc>(program);
        Structure<xdp_statistics>(program);
        Structure<xdp_options>(program);
        Structure<xdp_umem_reg>(program, except: nameof(xdp_umem_reg.tx_metadata_len)); // padding before 6.8: same size
        Constant(program, nameof(AF_XDP), AF_XDP);
        Constant(program, nameof(XDP_MMAP_OFFSETS), XDP_MMAP_OFFSETS);
        Constant(program, nameof(XDP_RX_RING), XDP_RX_RING);
        Constant(program, nameof(XDP_TX_RING), XDP_TX_RING);
        Constant(program, nameof(XDP_UMEM_REG), XDP_UMEM_REG);
        Constant(program, nameof(XDP_UMEM_FILL_RING), XDP_UMEM_FILL_RING);
        Constant(program, nameof(XDP_UMEM_COMPLETION_RING), XDP_UMEM_COMPLETION_RING);
        Constant(program, nameof(XDP_STATISTICS), XDP_STATISTICS);
        Constant(program, nameof(XDP_OPTIONS), XDP_OPTIONS);
        Constant(program, nameof(XDP_OPTIONS_ZEROCOPY), XDP_OPTIONS_ZEROCOPY);
        Constant(program, nameof(XDP_PGOFF_RX_RING), XDP_PGOFF_RX_RING);
        Constant(program, nameof(XDP_PGOFF_TX_RING), XDP_PGOFF_TX_RING);
        Constant(program, nameof(XDP_UMEM_PGOFF_FILL_RING), XDP_UMEM_PGOFF_FILL_RING);
        Constant(program, nameof(XDP_UMEM_PGOFF_COMPLETION_RING), XDP_UMEM_PGOFF_COMPLETION_RING);
        Constant(program, nameof(XDP_RING_NEED_WAKEUP), XDP_RING_NEED_WAKEUP);
        Constant(program, nameof(XDP_PACKET_HEADROOM), XDP_PACKET_HEADROOM);
        Constant(program, nameof(XdpBindFlags.XDP_SHARED_UMEM), (long)XdpBindFlags.XDP_SHARED_UMEM);
        Constant(program, nameof(XdpBindFlags.XDP_COPY), (long)XdpBindFlags.XDP_COPY);
        Constant(program, nameof(XdpBindFlags.XDP_ZEROCOPY), (long)XdpBindFlags.XDP_ZEROCOPY);
        Constant(program, nameof(XdpBindFlags.XDP_USE_NEED_WAKEUP), (long)XdpBindFlags.XDP_USE_NEED_WAKEUP);
        Constant(program, "POLLIN", (long)Native.Polling.PollEvents.Readable);
        Constant(program, "POLLOUT", (long)Native.Polling.PollEvents.Writable);
        Constant(program, "POLLERR", (long)Native.Polling.PollEvents.Error);
        Constant(program, "POLLHUP", (long)Native.Polling.PollEvents.HangUp);
        Constant(program, "POLLNVAL", (long)Native.Polling.PollEvents.Invalid);

        // In the headers of Linux only since 6.6, 6.8, 6.11 and 6.18; checked where the machine has them.
        Constant(program, nameof(XdpBindFlags.XDP_USE_SG), (long)XdpBindFlags.XDP_USE_SG, optional: true);
        Constant(program, nameof(XDP_PKT_CONTD), XDP_PKT_CONTD, optional: true);
        Constant(program, nameof(XDP_TX_METADATA), XDP_TX_METADATA, optional: true);
        Constant(program, nameof(XDP_TXMD_FLAGS_CHECKSUM), (long)XDP_TXMD_FLAGS_CHECKSUM, optional: true);
        Constant(program, nameof(XDP_UMEM_TX_METADATA_LEN), XDP_UMEM_TX_METADATA_LEN, optional: true);
        Constant(program, nameof(XDP_MAX_TX_SKB_BUDGET), XDP_MAX_TX_SKB_BUDGET, optional: true);

        Assert.Equal(string.Empty, Compile(program.ToString()));
    }

    [Fact]
    public void The_compiler_would_object_to_a_wrong_size() =>
        Assert.Contains("static", Compile("#include <linux/if_xdp.h>\n_Static_assert(sizeof(struct xdp_desc) == 17, \"wrong\");\n"), StringComparison.Ordinal);

    /// <summary>
    /// Newer than the headers at hand (Linux 6.8; launch time 6.14). Offsets from <c>struct xsk_tx_metadata</c>: the flags, then a union of the request
    /// (two 16-bit numbers, and a 64-bit one aligned to 8) and the answer; the kernel looks for it <c>tx_metadata_len</c> bytes before the frame.
    /// </summary>
    [Fact]
    public void Transmit_metadata_is_laid_out_as_the_kernel_of_6_14_has_it()
    {
        Assert.Equal(24, Marshal.SizeOf<xsk_tx_metadata>());
        Assert.Equal(0, Marshal.OffsetOf<xsk_tx_metadata>(nameof(xsk_tx_metadata.flags)));
        Assert.Equal(8, Marshal.OffsetOf<xsk_tx_metadata>(nameof(xsk_tx_metadata.csum_start)));
        Assert.Equal(10, Marshal.OffsetOf<xsk_tx_metadata>(nameof(xsk_tx_metadata.csum_offset)));
        Assert.Equal(16, Marshal.OffsetOf<xsk_tx_metadata>(nameof(xsk_tx_metadata.launch_time)));
        Assert.Equal(28, Marshal.OffsetOf<xdp_umem_reg>(nameof(xdp_umem_reg.tx_metadata_len)));
    }

    private static void Structure<T>(StringBuilder program, string? except = null)
        where T : unmanaged
    {
        string name = typeof(T).Name;
        program.AppendLine($"_Static_assert(sizeof(struct {name}) == {Marshal.SizeOf<T>()}, \"size of {name}\");");
        foreach (System.Reflection.FieldInfo field in typeof(T).GetFields().Where(field => field.Name != except))
        {
            long offset = Marshal.OffsetOf<T>(field.Name);
            program.AppendLine($"_Static_assert(offsetof(struct {name}, {field.Name}) == {offset}, \"offset of {name}.{field.Name}\");");
        }
    }

    private static void Constant(StringBuilder program, string name, long value, bool optional = false)
    {
        string check = $"_Static_assert({name} == {value}, \"{name}\");";
        program.AppendLine(optional ? $"#ifdef {name}\n{check}\n#endif" : check);
    }

    /// <summary>The compiler's complaints, empty if there are none.</summary>
    private static string Compile(string program)
    {
        using Process compiler = Process.Start(new ProcessStartInfo("clang", ["-x", "c", "-fsyntax-only", "-"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        compiler.StandardInput.Write(program);
        compiler.StandardInput.Close();
        string complaints = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? string.Empty : complaints;
    }
}
