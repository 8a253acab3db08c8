namespace FastLb.Native;

/// <summary>
/// The running kernel or an interface's driver lacks something that was asked for. Unlike <see cref="SystemCallException"/> this selects a fallback
/// rather than stopping the caller.
/// </summary>
public sealed class KernelFeatureException : NotSupportedException
{
    /// <summary>Names the missing feature.</summary>
    /// <param name="feature">The feature, for example <c>native XDP on ens33</c>.</param>
    /// <param name="minimumKernel">The kernel release that has it, or null when it depends on the driver or configuration alone.</param>
    /// <param name="innerException">The call that showed it.</param>
    public KernelFeatureException(string feature, Version? minimumKernel, Exception? innerException = null)
        : base(Describe(feature, minimumKernel), innerException)
    {
        Feature = feature;
        MinimumKernel = minimumKernel;
    }

    /// <summary>The missing feature.</summary>
    public string Feature { get; }

    /// <summary>The kernel release that has the feature; null when it depends on the driver or configuration alone.</summary>
    public Version? MinimumKernel { get; }

    private static string Describe(string feature, Version? minimumKernel) =>
        minimumKernel is null ? $"{feature} is not supported here" : $"{feature} needs Linux {minimumKernel} or later";
}
