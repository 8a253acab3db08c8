using System.Collections.Immutable;
using static FastLb.Configuration.Keywords.KeywordList;

namespace FastLb.Configuration.Keywords;

/// <summary>The keywords outside all blocks.</summary>
internal static class RootKeywords
{
    public static ImmutableArray<KeywordEntry> Entries { get; } =
        new KeywordList(BlockContext.Root)
            .Add("net_namespace", Features.NetworkNamespaces, Text("NAME"))
            .Add("net_namespace_ipvs", Features.NetworkNamespaces, Text("NAME") with { IsOptional = true })
            .Add("namespace_with_ipsets use_pid_dir", Features.Housekeeping)
            .Add("instance", Features.Housekeeping, Text("NAME"))
            .Add("child_wait_time", Features.Housekeeping, Integer("SECONDS", 0, uint.MaxValue))
            .Add("linkbeat_use_polling", Features.Done)
            .AddBlock("global_defs", Features.Done, BlockContext.GlobalDefinitions)
            .AddBlock("fastlb", Features.Done, BlockContext.FastLb)
            .AddBlock("linkbeat_interfaces", Features.Done, BlockContext.Lines)
            .AddBlock("interface_up_down_delays", Features.Done, BlockContext.Lines)
            .AddBlock("static_ipaddress static_routes static_rules", Features.Done, BlockContext.Lines)
            .AddBlock("track_group", Features.Done, BlockContext.TrackGroup, Text("NAME"))
            .AddBlock("track_file vrrp_track_file", Features.Done, BlockContext.TrackFile, Text("NAME"))
            .AddBlock("vrrp_script", Features.Done, BlockContext.VrrpScript, Text("NAME"))
            .AddBlock("vrrp_track_process", Features.Done, BlockContext.TrackProcess, Text("NAME"))
            .AddBlock("bfd_instance", Features.Done, BlockContext.BfdInstance, Text("NAME"))
            .AddBlock("vrrp_sync_group", Features.Done, BlockContext.VrrpSyncGroup, Text("NAME"))
            .AddBlock("garp_group", Features.Done, BlockContext.GarpGroup)
            .AddBlock("vrrp_instance", Features.Done, BlockContext.VrrpInstance, OptionalRest("NAME"))
            .AddBlock("virtual_server_group", Features.Done, BlockContext.Lines, Text("NAME"))
            .AddBlock("virtual_server", Features.Done, BlockContext.VirtualServer, Text("ADDRESS"), Text("PORT") with { IsOptional = true })
            .AddBlock("SSL", Features.Done, BlockContext.SslContext)
            .Entries;
}
