using System.Buffers.Binary;
using System.Text.Unicode;

namespace Sequitur.Formats;

/// <summary>What the first bytes of a file look like: to choose its reader, and to say what a foreign file is.</summary>
internal static class FileKinds
{
    /// <summary>How many bytes are looked at.</summary>
    public const int Prefix = 64;

    /// <summary>Whether the bytes are the start of a GGUF file.</summary>
    public static bool IsGguf(ReadOnlySpan<byte> start) => start.StartsWith("GGUF"u8) || IsReversedGguf(start);

    /// <summary>Whether the bytes are the start of a big-endian GGUF file whose writer reversed the magic too.</summary>
    public static bool IsReversedGguf(ReadOnlySpan<byte> start) => start.StartsWith("FUGG"u8);

    /// <summary>Whether the bytes could be the start of a safetensors file: a length, then an object.</summary>
    public static bool IsSafeTensors(ReadOnlySpan<byte> start) =>
        start.Length > 8 && start[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(start) is > 1 and <= SafeTensors.SafeTensorsHeader.MaxBytes;

    /// <summary>Names what the bytes look like, and where it is known what to do with it.</summary>
    public static string Describe(ReadOnlySpan<byte> start) => start switch
    {
        { Length: 0 } => "it is empty: download it again",
        _ when IsGguf(start) => "it looks like a GGUF file",
        _ when IsSafeTensors(start) => "it looks like a safetensors file",
        _ when start.StartsWith("PK"u8) => "it looks like a zip archive (PyTorch saves such, and its contents can run code): convert it to safetensors",
        _ when start[0] == 0x80 && start.Length > 1 && start[1] is >= 2 and <= 5 => "it looks like a Python pickle, which can run code: convert it to safetensors",
        _ when start.StartsWith("version https://git-lfs"u8) => "it is a Git LFS pointer, not the file itself: fetch it with git lfs pull",
        _ when start.StartsWith("<!DOCTYPE"u8) || start.StartsWith("<!doctype"u8) || start.StartsWith("<html"u8) => "it is a web page: download the file itself",
        _ when IsOldGgml(start) => "it is a GGML file older than GGUF: get or convert it as GGUF",
        _ when start.Length > 3 && start[1..4].SequenceEqual("HDF"u8) => "it looks like an HDF5 file: convert it to safetensors",
        _ when start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) => "it looks like a gzip archive: unpack it",
        _ when start.IndexOfAnyExcept((byte)0) < 0 => "it starts with zeros, as an unfinished download does: download it again",
        _ when IsText(start) => start[0] is (byte)'{' or (byte)'[' ? "it looks like JSON" : "it looks like text",
        _ => $"it starts with the bytes {Convert.ToHexStringLower(start[..Math.Min(8, start.Length)])}",
    };

    private static bool IsOldGgml(ReadOnlySpan<byte> start) =>
        start.StartsWith("lmgg"u8) || start.StartsWith("tjgg"u8) || start.StartsWith("algg"u8) || start.StartsWith("fmgg"u8);

    private static bool IsText(ReadOnlySpan<byte> start)
    {
        // the prefix may end inside a character, of up to four bytes
        var isText = false;
        for (var cut = 0; cut <= (start.Length == Prefix ? 3 : 0); cut++)
        {
            isText |= Utf8.IsValid(start[..^cut]);
        }

        return isText && start.IndexOfAnyInRange((byte)0, (byte)8) < 0;
    }
}
