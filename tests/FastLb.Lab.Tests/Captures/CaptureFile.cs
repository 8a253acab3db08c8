using System.Buffers.Binary;

namespace FastLb.Lab.Tests.Captures;

/// <summary>Reads the classic pcap format as tcpdump writes it on a little-endian machine (draft-ietf-opsawg-pcap).</summary>
internal static class CaptureFile
{
    private const uint Magic = 0xA1B2_C3D4;
    private const uint LinkTypeEthernet = 1;
    private const int FileHeaderLength = 24;
    private const int LinkTypeOffset = 20;
    private const int RecordHeaderLength = 16;
    private const int CapturedLengthOffset = 8;
    private const int OriginalLengthOffset = 12;

    /// <summary>The complete frames in a file; what is still being written at its end is left out.</summary>
    /// <exception cref="InvalidDataException">Not such a file, or frames were cut off when they were captured.</exception>
    public static IReadOnlyList<CapturedFrame> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < FileHeaderLength)
            return [];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(LinkTypeOffset)) != LinkTypeEthernet)
            throw new InvalidDataException($"{path} is not a little-endian pcap file of Ethernet frames");

        List<CapturedFrame> frames = [];
        int position = FileHeaderLength;
        while (position + RecordHeaderLength <= bytes.Length)
        {
            int captured = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(position + CapturedLengthOffset));
            int original = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(position + OriginalLengthOffset));
            position += RecordHeaderLength;
            if (captured != original)
                throw new InvalidDataException($"{path} holds {captured} of {original} bytes of frame {frames.Count + 1}");
            if (position + captured > bytes.Length)
                break;
            frames.Add(new CapturedFrame(bytes.AsMemory(position, captured)));
            position += captured;
        }

        return frames;
    }
}
