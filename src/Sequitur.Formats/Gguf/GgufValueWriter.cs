namespace Sequitur.Formats.Gguf;

/// <summary>Writes metadata values, little-endian whatever the order they are kept in.</summary>
internal static class GgufValueWriter
{
    /// <summary>Writes type and value.</summary>
    /// <exception cref="InvalidModelException">Arrays lie deeper within arrays than a reader follows.</exception>
    public static void Write(BinaryWriter writer, string key, GgufValue value)
    {
        writer.Write((uint)value.Type);
        switch (value.Type)
        {
            case GgufValueType.String:
                WriteBytes(writer, value.Bytes);
                break;
            case GgufValueType.Array:
                WriteArray(writer, key, value, 1);
                break;
            default:
                WriteNumbers(writer, value);
                break;
        }
    }

    private static void WriteArray(BinaryWriter writer, string key, GgufValue value, int depth)
    {
        if (depth > GgufReader.MaxDepth)
        {
            throw new InvalidModelException($"{key} holds arrays within arrays to more than {GgufReader.MaxDepth} levels");
        }

        writer.Write((uint)value.ElementType);
        writer.Write((ulong)value.Count);
        switch (value.ElementType)
        {
            case GgufValueType.String:
                for (var i = 0; i < value.Count; i++)
                {
                    WriteBytes(writer, value.Strings!.Bytes(i));
                }

                break;
            case GgufValueType.Array:
                foreach (var array in value.Arrays!)
                {
                    WriteArray(writer, key, array, depth + 1);
                }

                break;
            default:
                WriteNumbers(writer, value);
                break;
        }
    }

    private static void WriteNumbers(BinaryWriter writer, GgufValue value)
    {
        if (!value.IsBigEndian)
        {
            writer.Write(value.Bytes);
            return;
        }

        var bytes = value.Bytes.ToArray();
        var size = GgufValue.SizeOf(value.ElementType);
        for (var i = 0; i < bytes.Length; i += size)
        {
            bytes.AsSpan(i, size).Reverse();
        }

        writer.Write(bytes);
    }

    private static void WriteBytes(BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
