namespace FastLb.Configuration.Model.Checks;

/// <summary>Passes when a query over UDP is answered with the response code 0 (<c>DNS_CHECK</c>, RFC 1035 section 4.1.1).</summary>
public sealed record DnsCheck : NetworkCheck
{
    /// <summary>What is asked of.</summary>
    public DnsRecordType RecordType { get; init; } = DnsRecordType.Soa;

    /// <summary>The name that is asked for: labels of 1 to 63 bytes, 253 in all; <c>.</c> for the root.</summary>
    public string Name { get; init; } = ".";
}

/// <summary>The types of records that a check can ask for, numbered as in queries (RFC 1035 section 3.2.2, RFC 3596 section 2.1).</summary>
public enum DnsRecordType
{
    None = 0,
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
}
