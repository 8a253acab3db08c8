using FastLb.Native.Bpf;

namespace FastLb.Native.Tests.Bpf;

public sealed unsafe class LibBpfLogTests
{
    [Fact]
    public void Messages_of_libbpf_are_collected_with_their_arguments_filled_in()
    {
        using LibBpfLog log = LibBpfLog.Capture();
        byte[] garbage = "this is no object file"u8.ToArray();
        fixed (byte* bytes = garbage)
            Assert.Equal(0, LibBpf.bpf_object__open_mem(bytes, (nuint)garbage.Length, null));

        Assert.StartsWith("libbpf: elf: ", log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("%", log.ToString(), StringComparison.Ordinal);

        SystemCallException fault = BpfObject.Failure("load", "the steering program", -(int)Errno.EPERM, log);
        Assert.StartsWith("load the steering program: EPERM: needs CAP_BPF and CAP_NET_ADMIN, or root; libbpf says:", fault.Message, StringComparison.Ordinal);
        Assert.Contains("libbpf: elf: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_collected_once_disposed()
    {
        LibBpfLog log = LibBpfLog.Capture();
        log.Dispose();

        byte garbage = 0;
        Assert.Equal(0, LibBpf.bpf_object__open_mem(&garbage, 1, null));

        Assert.Equal("", log.ToString());
    }
}
