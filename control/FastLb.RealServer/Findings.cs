namespace FastLb.RealServer;

/// <summary>Something that a real server needs, and how it stands with it.</summary>
/// <param name="Need">What is to be: <c>net.ipv4.conf.all.arp_ignore is 1</c>.</param>
/// <param name="IsMet">True when it is.</param>
/// <param name="Present">What is: <c>0</c>.</param>
/// <param name="Symptom">What is seen of it when it isn't met.</param>
/// <param name="ByHand">The command that only an administrator should give; null when FastLb does it by itself.</param>
public sealed record Finding(string Need, bool IsMet, string Present, string Symptom, string? ByHand = null);

/// <summary>A change that was to be taken back.</summary>
/// <param name="Text">What has become of it.</param>
/// <param name="Failed">The kernel refused; it is still there.</param>
public sealed record UndoneChange(string Text, bool Failed);
