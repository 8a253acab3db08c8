namespace FastLb.Netlink.Protocol;

/// <summary>Constants of traffic control: <c>linux/rtnetlink.h</c>, <c>linux/pkt_sched.h</c>, <c>linux/pkt_cls.h</c>, by the kernel's names.</summary>
internal static class TrafficControlConstants
{
    public const ushort RTM_NEWQDISC = 36;
    public const ushort RTM_DELQDISC = 37;
    public const ushort RTM_NEWTFILTER = 44;
    public const ushort RTM_DELTFILTER = 45;
    public const ushort RTM_GETTFILTER = 46;

    public const ushort TCA_KIND = 1;
    public const ushort TCA_OPTIONS = 2;
    public const ushort TCA_BPF_FD = 6;
    public const ushort TCA_BPF_NAME = 7;
    public const ushort TCA_BPF_FLAGS = 8;
    public const ushort TCA_BPF_ID = 11;
    public const uint TCA_BPF_FLAG_ACT_DIRECT = 1;

    public const uint TC_H_MAJ_MASK = 0xFFFF0000;
    public const uint TC_H_CLSACT = 0xFFFFFFF1;
    public const uint TC_H_MIN_INGRESS = 0xFFF2;
    public const uint TC_H_MIN_EGRESS = 0xFFF3;
}
