using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Keywords;
using FastLb.Configuration.Model;
using FastLb.Configuration.Sources;
using FastLb.Configuration.Syntax;

namespace FastLb.Configuration.Binding;

/// <summary>Binds <c>vrrp_instance</c>.</summary>
internal sealed class VrrpInstanceBinder(DiagnosticBag diagnostics, FeatureReporter features, StatementReader reader)
{
    private readonly VirtualAddressBinder _addresses = new(diagnostics, features, reader);
    private readonly VrrpAuthenticationBinder _authentication = new(diagnostics);
    private readonly VrrpNotificationsBinder _notifications = new(diagnostics);

    /// <summary>Binds one block.</summary>
    /// <returns>Null when the instance is left out; the reason has been reported.</returns>
    public VrrpInstance? Bind(CheckedStatement block, GlobalDefinitions global)
    {
        var draft = new Draft
        {
            GratuitousArp = global.GratuitousArp,
            SkipCheck = global.SkipCheckAdvertisementAddresses,
            DownTimerAdvertisements = global.DownTimerAdvertisements,
            AnswersLowerPriority = global.AnswersLowerPriority,
            AdvertisesBeforeYielding = global.AdvertisesBeforeYielding,
        };
        foreach (CheckedStatement statement in reader.Read(block.Block)) Apply(draft, statement);

        if (block.Arguments.Length != 1)
        {
            diagnostics.Add(DiagnosticCatalog.MissingName, block.Syntax.Span, "'vrrp_instance' must have a name of one word", "the instance is left out");
            return null;
        }

        string name = block.Text(0);
        SourceSpan nameSpan = block.SpanOf(0);
        if (draft.Interface is not { } deviceStatement)
        {
            diagnostics.Add(DiagnosticCatalog.InterfaceMissing, nameSpan, $"the instance '{name}' names no interface", "add 'interface NAME'");
            BindAddresses(draft, string.Empty);
            return null;
        }

        string device = deviceStatement.Text(0);
        ValueList<VirtualAddress> addresses = BindAddresses(draft, device);
        if (draft.VirtualRouterId is not { } virtualRouterId)
        {
            diagnostics.Add(
                DiagnosticCatalog.VirtualRouterIdMissing, nameSpan, $"the instance '{name}' has no virtual router id", "add 'virtual_router_id' and 1 to 255; the instance is left out");
            return null;
        }

        if (addresses.Count == 0 && !draft.NeedsNoAddress)
        {
            diagnostics.Add(DiagnosticCatalog.NoVirtualAddress, nameSpan, $"the instance '{name}' has no virtual address", "add one to virtual_ipaddress");
        }

        byte priority = draft.Priority ?? (draft.State?.Text(0) == "MASTER" ? VrrpInstance.OwnerPriority : (byte)100);
        bool isIpv6 = addresses.Any(a => a.IsAdvertised && a.Address.AddressFamily == AddressFamily.InterNetworkV6);
        int version = ResolveVersion(draft, global, isIpv6, nameSpan);
        bool isMaster = draft.State is { } state ? state.Text(0) == "MASTER" : priority == VrrpInstance.OwnerPriority;
        bool preempts = ResolvePreemption(draft, priority);
        return new VrrpInstance
        {
            Name = name,
            Origin = new Origin(nameSpan),
            Interface = device,
            InterfaceOrigin = new Origin(deviceStatement.SpanOf(0)),
            InitialState = isMaster ? VrrpInitialState.Master : VrrpInitialState.Backup,
            VirtualRouterId = virtualRouterId,
            Priority = priority,
            Version = version,
            SourceAddress = ResolveSource(draft, isIpv6),
            TracksInterface = draft.TracksInterface,
            AdvertisementInterval = ResolveInterval(draft, version),
            Authentication = _authentication.Bind(draft.Authentication, version),
            Preempts = preempts,
            PreemptDelay = ResolvePreemptDelay(draft, preempts),
            DownTimerAdvertisements = draft.DownTimerAdvertisements,
            AnswersLowerPriority = draft.AnswersLowerPriority,
            AdvertisesBeforeYielding = draft.AdvertisesBeforeYielding,
            SkipCheckAdvertisementAddresses = draft.SkipCheck,
            GratuitousArp = draft.GratuitousArp,
            Notifications = draft.Notifications,
            VirtualAddresses = addresses,
        };
    }

    /// <summary>What the statements said, before defaults and contradictions are resolved.</summary>
    private sealed class Draft
    {
        public CheckedStatement? State { get; set; }

        public CheckedStatement? Interface { get; set; }

        public byte? VirtualRouterId { get; set; }

        public byte? Priority { get; set; }

        public CheckedStatement? Version { get; set; }

        public CheckedStatement? Source { get; set; }

        /// <summary>True when it asks for unicast, which is refused.</summary>
        public bool HasPeers { get; set; }

        public bool TracksInterface { get; set; } = true;

        public CheckedStatement? Interval { get; set; }

        /// <summary>The statements of all its blocks.</summary>
        public List<CheckedStatement> Authentication { get; } = [];

        public CheckedStatement? NoPreempt { get; set; }

        public CheckedStatement? PreemptDelay { get; set; }

        public int DownTimerAdvertisements { get; set; }

        public bool AnswersLowerPriority { get; set; }

        public bool AdvertisesBeforeYielding { get; set; }

        public bool SkipCheck { get; set; }

        public GratuitousArpTiming GratuitousArp { get; set; } = new();

        public VrrpNotifications Notifications { get; set; } = VrrpNotifications.None;

        public bool NeedsNoAddress { get; set; }

        public List<BlockSyntax> Advertised { get; } = [];

        public List<BlockSyntax> Excluded { get; } = [];
    }

    private void Apply(Draft draft, CheckedStatement statement)
    {
        draft.GratuitousArp = GratuitousArpBinder.Apply(draft.GratuitousArp, statement);
        draft.Notifications = _notifications.Apply(draft.Notifications, statement);
        switch (statement.Name)
        {
            case "state":
                draft.State = statement;
                break;
            case "interface":
                draft.Interface = statement;
                break;
            case "virtual_router_id":
                draft.VirtualRouterId = (byte)statement.Integer(0);
                break;
            case "priority":
                draft.Priority = (byte)statement.Integer(0);
                break;
            case "version":
                draft.Version = statement;
                break;
            case "advert_int":
                draft.Interval = statement;
                break;
            case "authentication":
                draft.Authentication.AddRange(reader.Read(statement.Block));
                break;
            case "nopreempt":
                draft.NoPreempt = statement;
                break;
            case "preempt":
                draft.NoPreempt = null;
                break;
            case "preempt_delay":
                draft.PreemptDelay = statement;
                break;
            case "skip_check_adv_addr":
                draft.SkipCheck = statement.Switch(0);
                break;
            case "mcast_src_ip" or "unicast_src_ip":
                draft.Source = statement;
                break;
            case "dont_track_primary":
                draft.TracksInterface = false;
                break;
            case "down_timer_adverts":
                draft.DownTimerAdvertisements = (int)statement.Integer(0);
                break;
            case "lower_prio_no_advert":
                draft.AnswersLowerPriority = !statement.Switch(0);
                break;
            case "higher_prio_send_advert":
                draft.AdvertisesBeforeYielding = statement.Switch(0);
                break;
            case "unicast_peer":
                draft.HasPeers = true;
                break;
            case "no_virtual_ipaddress":
                draft.NeedsNoAddress = true;
                break;
            case "virtual_ipaddress":
                draft.Advertised.Add(statement.Block);
                break;
            case "virtual_ipaddress_excluded":
                draft.Excluded.Add(statement.Block);
                break;
            default:
                reader.ReadThrough(statement);
                break;
        }
    }

    private ValueList<VirtualAddress> BindAddresses(Draft draft, string device)
    {
        List<VirtualAddress> addresses = [];
        HashSet<(IPAddress Address, string Device)> seen = [];
        AddressFamily? family = null;
        foreach ((BlockSyntax block, bool isAdvertised) in draft.Advertised.Select(b => (b, true)).Concat(draft.Excluded.Select(b => (b, false))))
        {
            foreach (StatementSyntax line in block.Statements)
            {
                if (_addresses.Bind(line, device, isAdvertised) is not { } address) continue;
                if (isAdvertised) family ??= address.Address.AddressFamily;
                if (isAdvertised && family != address.Address.AddressFamily)
                {
                    diagnostics.Add(
                        DiagnosticCatalog.AddressFamilyMismatch, line.Keyword.Span, $"'{line.Keyword.Text}' is not of the family of the instance's first address",
                        "advertised addresses are all IPv4 or all IPv6; the address is left out");
                }
                else if (!seen.Add((address.Address, address.Device)))
                {
                    diagnostics.Add(DiagnosticCatalog.DuplicateAddress, line.Keyword.Span, $"'{line.Keyword.Text}' is listed before", "the second is left out");
                }
                else
                {
                    addresses.Add(address);
                }
            }
        }

        return [.. addresses];
    }

    /// <summary>The instance's version; 3 is refused where it is asked for, or at the instance when that is in <c>global_defs</c>.</summary>
    private int ResolveVersion(Draft draft, GlobalDefinitions global, bool isIpv6, SourceSpan nameSpan)
    {
        // The addresses of an IPv6 instance are refused themselves.
        if (isIpv6) return 3;
        if (draft.Version is { } statement)
        {
            int own = (int)statement.Integer(0);
            if (own == 3) features.Report(Features.VrrpVersion3, "version 3", statement.Syntax.Span);
            return own;
        }

        if (global.VrrpVersion == 3) features.Report(Features.VrrpVersion3, "vrrp_version 3", nameSpan);
        return global.VrrpVersion;
    }

    private IPAddress? ResolveSource(Draft draft, bool isIpv6)
    {
        if (draft.Source is not { } statement) return null;
        if (statement.Name == "unicast_src_ip" && !draft.HasPeers)
        {
            diagnostics.Add(
                DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, "'unicast_src_ip' stands without unicast_peer",
                "advertisements travel by multicast, from this address; use 'mcast_src_ip'");
        }

        IPAddress address = statement.Address(0);
        if ((address.AddressFamily == AddressFamily.InterNetworkV6) == isIpv6) return address;
        diagnostics.Add(
            DiagnosticCatalog.AddressFamilyMismatch, statement.SpanOf(0), $"'{statement.Text(0)}' is not of the family of the instance's addresses",
            "the interface's own address is used");
        return null;
    }

    /// <summary>Version 2 counts whole seconds, version 3 units of 10 ms in 12 bits (RFC 5798 section 5.2.7).</summary>
    private TimeSpan ResolveInterval(Draft draft, int version)
    {
        if (draft.Interval is not { } statement) return TimeSpan.FromSeconds(1);
        TimeSpan wanted = statement.Time(0);
        TimeSpan longest = TimeSpan.FromMilliseconds(40_950);
        if (version == 3 && wanted > longest)
        {
            diagnostics.Add(DiagnosticCatalog.OutOfRange, statement.SpanOf(0), $"'advert_int {statement.Text(0)}' is out of the range of VRRP version 3", "expected at most 40.95 seconds; 40.95 is used");
            return longest;
        }

        TimeSpan unit = version == 3 ? TimeSpan.FromMilliseconds(10) : TimeSpan.FromSeconds(1);
        long units = Math.Max(1, (wanted.Ticks + (unit.Ticks / 2)) / unit.Ticks);
        TimeSpan rounded = units * unit;
        if (rounded != wanted)
        {
            string counts = version == 3 ? "in units of 10 ms" : "whole seconds";
            diagnostics.Add(
                DiagnosticCatalog.RoundedValue, statement.SpanOf(0), $"VRRP version {version} counts {counts}", $"{rounded.TotalSeconds:0.##} s is used");
        }

        return rounded;
    }

    private bool ResolvePreemption(Draft draft, byte priority)
    {
        if (draft.NoPreempt is not { } statement) return true;
        bool isMaster = draft.State?.Text(0) == "MASTER";
        if (priority != VrrpInstance.OwnerPriority && !isMaster) return false;
        string with = priority == VrrpInstance.OwnerPriority ? "priority 255" : "'state MASTER'";
        diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'nopreempt' does not go with {with}", "it is ignored");
        return true;
    }

    private TimeSpan ResolvePreemptDelay(Draft draft, bool preempts)
    {
        if (draft.PreemptDelay is not { } statement || statement.Time(0) == TimeSpan.Zero) return TimeSpan.Zero;
        bool isMaster = draft.State?.Text(0) == "MASTER";
        if (preempts && !isMaster) return statement.Time(0);
        string with = isMaster ? "'state MASTER'" : "'nopreempt'";
        diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'preempt_delay' does not go with {with}", "it is ignored");
        return TimeSpan.Zero;
    }
}
