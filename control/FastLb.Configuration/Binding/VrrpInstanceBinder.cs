using System.Net.Sockets;
using System.Text;
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

    /// <summary>Binds one block.</summary>
    /// <returns>Null when the instance is left out; the reason has been reported.</returns>
    public VrrpInstance? Bind(CheckedStatement block, GlobalDefinitions global)
    {
        var draft = new Draft { GratuitousArp = global.GratuitousArp, SkipCheck = global.SkipCheckAdvertisementAddresses };
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

        if (addresses.Count == 0)
        {
            diagnostics.Add(DiagnosticCatalog.NoVirtualAddress, nameSpan, $"the instance '{name}' has no virtual address", "add one to virtual_ipaddress");
        }

        byte priority = draft.Priority ?? (draft.State?.Text(0) == "MASTER" ? VrrpInstance.OwnerPriority : (byte)100);
        bool isIpv6 = addresses.Any(a => a.IsAdvertised && a.Address.AddressFamily == AddressFamily.InterNetworkV6);
        int version = isIpv6 ? 3 : draft.Version ?? global.VrrpVersion;
        return new VrrpInstance
        {
            Name = name,
            Origin = new Origin(nameSpan),
            Interface = device,
            InterfaceOrigin = new Origin(deviceStatement.SpanOf(0)),
            InitialState = ResolveState(draft, priority, nameSpan),
            VirtualRouterId = virtualRouterId,
            Priority = priority,
            Version = version,
            AdvertisementInterval = ResolveInterval(draft, version),
            Authentication = ResolveAuthentication(draft, version),
            Preempts = ResolvePreemption(draft, priority),
            PreemptDelay = draft.PreemptDelay,
            SkipCheckAdvertisementAddresses = draft.SkipCheck,
            GratuitousArp = draft.GratuitousArp,
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

        public int? Version { get; set; }

        public CheckedStatement? Interval { get; set; }

        public CheckedStatement? Authentication { get; set; }

        public CheckedStatement? AuthenticationType { get; set; }

        public CheckedStatement? Password { get; set; }

        public CheckedStatement? NoPreempt { get; set; }

        public TimeSpan PreemptDelay { get; set; }

        public bool SkipCheck { get; set; }

        public GratuitousArpTiming GratuitousArp { get; set; } = new();

        public List<BlockSyntax> Advertised { get; } = [];

        public List<BlockSyntax> Excluded { get; } = [];
    }

    private void Apply(Draft draft, CheckedStatement statement)
    {
        draft.GratuitousArp = GratuitousArpBinder.Apply(draft.GratuitousArp, statement);
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
                draft.Version = (int)statement.Integer(0);
                break;
            case "advert_int":
                draft.Interval = statement;
                break;
            case "authentication":
                draft.Authentication = statement;
                foreach (CheckedStatement inner in reader.Read(statement.Block)) ApplyAuthentication(draft, inner);
                break;
            case "nopreempt":
                draft.NoPreempt = statement;
                break;
            case "preempt":
                draft.NoPreempt = null;
                break;
            case "preempt_delay":
                draft.PreemptDelay = statement.Time(0);
                break;
            case "skip_check_adv_addr":
                draft.SkipCheck = statement.Switch(0);
                break;
            case "strict_mode" when !statement.Has(0):
                features.Report(Features.NoAccept, statement.Name, statement.Syntax.Span);
                break;
            case "virtual_ipaddress":
                draft.Advertised.Add(statement.Block);
                break;
            case "virtual_ipaddress_excluded":
                draft.Excluded.Add(statement.Block);
                break;
            default:
                if (statement.Entry.Body is not null) reader.ReadThrough(statement.Block);
                break;
        }
    }

    private static void ApplyAuthentication(Draft draft, CheckedStatement statement)
    {
        if (statement.Name == "auth_type") draft.AuthenticationType = statement;
        if (statement.Name == "auth_pass") draft.Password = statement;
    }

    private ValueList<VirtualAddress> BindAddresses(Draft draft, string device)
    {
        List<VirtualAddress> addresses = [];
        HashSet<(System.Net.IPAddress Address, string Device)> seen = [];
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

    private VrrpInitialState ResolveState(Draft draft, byte priority, SourceSpan nameSpan)
    {
        bool isMaster = draft.State is { } state ? state.Text(0) == "MASTER" : priority == VrrpInstance.OwnerPriority;
        if (isMaster) return VrrpInitialState.Master;
        features.Report(Features.InitialBackup, "state BACKUP", draft.State?.Syntax.Span ?? nameSpan);
        return VrrpInitialState.Backup;
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

    private VrrpAuthentication? ResolveAuthentication(Draft draft, int version)
    {
        // keepalived ignores a password without a type, silently.
        if (draft.AuthenticationType is not { } type) return null;
        if (draft.Password is not { } password)
        {
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, type.Syntax.Span, "authentication is asked for without a password", "add 'auth_pass'; there is no authentication otherwise");
            return null;
        }

        if (version == 3)
        {
            diagnostics.Add(DiagnosticCatalog.ConflictingSetting, type.Syntax.Span, "VRRP version 3 has no authentication", "it is ignored (RFC 5798 section 9)");
            return null;
        }

        const int Longest = 8;
        string text = password.Text(0);
        if (Encoding.UTF8.GetByteCount(text) > Longest)
        {
            diagnostics.Add(DiagnosticCatalog.TruncatedSecret, password.SpanOf(0), $"the password is longer than {Longest} bytes", $"its first {Longest} are used");
            text = Truncate(text, Longest);
        }

        VrrpAuthenticationType kind = type.Text(0) == "AH" ? VrrpAuthenticationType.AuthenticationHeader : VrrpAuthenticationType.SimpleText;
        return new VrrpAuthentication(kind, new Secret(text));
    }

    /// <summary>The longest start of <paramref name="text"/> that fits, never cutting a character apart.</summary>
    private static string Truncate(string text, int maximumBytes)
    {
        int bytes = 0, length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > maximumBytes) break;
            bytes += rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        return text[..length];
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
}
