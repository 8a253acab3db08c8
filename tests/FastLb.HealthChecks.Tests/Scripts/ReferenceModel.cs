namespace FastLb.HealthChecks.Tests.Scripts;

/// <summary>What the rules come to for a whole sequence of results, without stepping through it.</summary>
internal static class ReferenceModel
{
    /// <summary>Whether a check passes after <paramref name="results"/> (as in <see cref="ScriptedProbe"/>).</summary>
    public static bool IsUp(string results, bool alpha, uint retries)
    {
        string asked = results.Replace("0", string.Empty, StringComparison.Ordinal);
        int lastPassed = asked.LastIndexOf('+');
        if (lastPassed < 0)
            return asked.Length == 0 && !alpha; // never passed: the assumption holds until the first failure
        return asked.Length - 1 - lastPassed <= retries;
    }
}
