namespace FastLb.Native.Captures;

/// <summary>A capture can't be read; the message begins with its path and says what is wrong with it.</summary>
/// <param name="path">The file.</param>
/// <param name="fault">What is wrong.</param>
/// <param name="innerException">The fault underneath, if there was one.</param>
public sealed class CaptureException(string path, string fault, Exception? innerException = null) : Exception($"{path}: {fault}", innerException);
