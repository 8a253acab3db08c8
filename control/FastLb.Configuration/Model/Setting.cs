namespace FastLb.Configuration.Model;

/// <summary>
/// A keyword with its parameters that changes nothing FastLb does: it tunes what keepalived is made of, such as the priorities of its processes. It is kept so that the
/// configuration can be printed and compared whole. The keyword table has checked it and says why it has no effect.
/// </summary>
/// <param name="Keyword">As the keyword table has it.</param>
/// <param name="Values">The parameters in order, as they are used: what was faulty is replaced as keepalived replaces it.</param>
public sealed record Setting(string Keyword, ValueList<string> Values);
