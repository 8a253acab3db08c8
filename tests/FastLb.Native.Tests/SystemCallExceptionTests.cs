namespace FastLb.Native.Tests;

public sealed class SystemCallExceptionTests
{
    [Fact]
    public void Message_reads_as_call_object_error_and_remedy()
    {
        SystemCallException fault = new("bind xsk to", "ens33 queue 1", Errno.EBUSY, "another AF_XDP socket has this queue; stop it");

        Assert.Equal("bind xsk to ens33 queue 1: EBUSY: another AF_XDP socket has this queue; stop it", fault.Message);
    }

    [Fact]
    public void Error_without_remedy_is_described_by_the_C_library() =>
        Assert.Equal("mmap: ENOMEM: Cannot allocate memory", new SystemCallException("mmap", "", Errno.ENOMEM).Message);

    [Fact]
    public void Unknown_error_keeps_its_number() =>
        Assert.StartsWith("bpf x: errno 4003: ", new SystemCallException("bpf", "x", (Errno)4003).Message, StringComparison.Ordinal);
}
