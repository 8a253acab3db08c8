namespace FastLb.Lab.Tests.Laboratory;

/// <summary>The form of a lab; <c>scripts/lab -h</c> describes it.</summary>
internal sealed record LabOptions
{
    /// <summary>Receive and transmit queues of each of the directors' interfaces.</summary>
    public int DirectorQueues { get; init; } = 1;

    /// <summary>Which XDP the directors' interfaces have: native or generic.</summary>
    public string Xdp { get; init; } = "native";

    /// <summary>Of every link, bytes.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>1 for everybody on one segment, 2 for the servers on one of their own.</summary>
    public int Arms { get; init; } = 1;

    /// <summary>What the servers are prepared for: dr, tun, or nat, which needs two arms.</summary>
    public string Mode { get; init; } = "dr";
}
