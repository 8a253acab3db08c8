using FastLb.Configuration.Model;
using static FastLb.Configuration.Printing.PrintedValue;

namespace FastLb.Configuration.Printing;

/// <summary>Writes <c>authentication</c> and <c>auth_hmac</c>.</summary>
internal static class VrrpAuthenticationPrinter
{
    /// <summary>The blocks that the instance has.</summary>
    public static void Print(BlockWriter writer, VrrpInstance instance)
    {
        if (instance.Authentication is { } authentication)
        {
            writer.Open("authentication");
            writer.Line("auth_type", authentication.Type == VrrpAuthenticationType.AuthenticationHeader ? "AH" : "PASS");
            writer.SecretLine("auth_pass", [], authentication.Password);
            writer.Close();
        }

        if (instance.Hmac is { } hmac) PrintHmac(writer, hmac);
    }

    private static void PrintHmac(BlockWriter writer, HmacAuthentication hmac)
    {
        writer.Open("auth_hmac");
        foreach (HmacKey key in hmac.Keys) writer.SecretLine("key", [Number(key.Id)], key.Material);
        writer.Line("active_key", Number(hmac.ActiveKey));
        writer.Line("anti_replay", hmac.AntiReplay == AntiReplay.Monotonic ? "monotonic" : "time");
        if (hmac.TimeWindow is { } window) writer.Line("time_window", Seconds(window));
        writer.Line("mode", hmac.Mode switch
        {
            HmacMode.Permissive => "permissive",
            HmacMode.ReceiveOnly => "receive-only",
            _ => "enforce",
        });
        writer.Close();
    }
}
