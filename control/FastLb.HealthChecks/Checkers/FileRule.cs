using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Checkers;

/// <summary>What the number in a file means for a server (<c>FILE_CHECK</c>).</summary>
internal static class FileRule
{
    /// <summary>Judges a number, by keepalived's rules: times the weight it is added to the server's, and at -2147483648 or below it fails the check.</summary>
    /// <param name="check">As configured.</param>
    /// <param name="file">The file of its name.</param>
    /// <param name="value">What that says.</param>
    public static ProbeResult Judge(FileCheck check, TrackedFile file, int value)
    {
        FileWeight weight = check.Weight ?? new FileWeight(file.Weight.Value, file.Weight.IsReversed);
        if (weight.Factor == 0)
        {
            return (value != 0) == weight.IsReversed
                ? ProbeResult.Passed with { Weight = new WeightClaim(0, IsAdded: true) }
                : ProbeResult.Failed($"{file.Path} says {value}");
        }

        long product = (long)value * weight.Factor * (weight.IsReversed ? -1 : 1);
        return product <= int.MinValue
            ? ProbeResult.Failed($"{file.Path} says {value}, which comes to {product}")
            : ProbeResult.Passed with { Weight = new WeightClaim((int)Math.Min(product, int.MaxValue), IsAdded: true) };
    }
}
