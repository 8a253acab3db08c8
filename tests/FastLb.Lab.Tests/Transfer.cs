using System.Security.Cryptography;
using FastLb.Lab.Tests.Laboratory;

namespace FastLb.Lab.Tests;

/// <summary>A large file through the virtual address of a lab.</summary>
internal static class Transfer
{
    /// <summary>Has the client upload random content and fetch it back. The servers keep it as <c>upload</c> in their shared folder.</summary>
    /// <returns>The SHA-256 digest of what was sent, which is also that of what came back.</returns>
    /// <exception cref="InvalidOperationException">A transfer failed, or what came back is something else.</exception>
    public static async Task<byte[]> ThereAndBack(ReferenceLab lab, int length)
    {
        string original = Path.Combine(lab.Client.Folder, "original"), copy = Path.Combine(lab.Client.Folder, "copy");
        string url = $"http://{ReferenceLab.VirtualAddressText}/files/upload";
        byte[] content = RandomNumberGenerator.GetBytes(length);
        await File.WriteAllBytesAsync(original, content);

        (await lab.Client.Run("curl", "-sS", "--fail", "--max-time", "50", "--upload-file", original, url)).Expected();
        (await lab.Client.Run("curl", "-sS", "--fail", "--max-time", "50", "--output", copy, url)).Expected();

        byte[] digest = SHA256.HashData(content);
        return (await File.ReadAllBytesAsync(copy)).AsSpan().SequenceEqual(content)
            ? digest
            : throw new InvalidOperationException($"{length} bytes came back as something else");
    }
}
