namespace FastLb.Configuration.Model;

/// <summary>How many connections a flow table may be made for (<c>flow_table_size</c>).</summary>
public static class FlowTableSize
{
    public const int Least = 1024;

    /// <summary>1,048,576.</summary>
    public const int Default = 1 << 20;

    /// <summary>134,217,728: about 7 GB, which a dataplane that is started again adopts in some ten seconds.</summary>
    public const int Most = 1 << 27;
}
