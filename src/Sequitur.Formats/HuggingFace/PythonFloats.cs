using System.Buffers;

namespace Sequitur.Formats.HuggingFace;

/// <summary>The floats that Python writes into JSON although JSON has none: infinities and NaN.</summary>
internal static class PythonFloats
{
    private const string Key = "__float__";

    /// <summary>The text with every bare literal replaced by the object that transformers 5 writes for it.</summary>
    public static ReadOnlyMemory<byte> Replace(ReadOnlySpan<byte> json)
    {
        var result = new ArrayBufferWriter<byte>(json.Length + 1);
        var written = 0;
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] == '"')
            {
                i = EndOfString(json, i);
                continue;
            }

            if (Literal(json[i..]) is { Length: > 0 } literal)
            {
                result.Write(json[written..i]);
                result.Write("{\"__float__\":\""u8);
                result.Write(literal);
                result.Write("\"}"u8);
                i += literal.Length - 1;
                written = i + 1;
            }
        }

        result.Write(json[written..]);
        return result.WrittenMemory;
    }

    /// <summary>The number that an object stands for, or null where it is any other object.</summary>
    public static double? Find(Dictionary<string, object?> values) =>
        values.Count == 1 && values.TryGetValue(Key, out var value)
            ? value switch { "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, "NaN" => double.NaN, _ => null }
            : null;

    private static ReadOnlySpan<byte> Literal(ReadOnlySpan<byte> json) => json[0] switch
    {
        (byte)'N' when json.StartsWith("NaN"u8) => "NaN"u8,
        (byte)'I' when json.StartsWith("Infinity"u8) => "Infinity"u8,
        (byte)'-' when json.StartsWith("-Infinity"u8) => "-Infinity"u8,
        _ => default,
    };

    private static int EndOfString(ReadOnlySpan<byte> json, int start)
    {
        var i = start + 1;
        while (i < json.Length && json[i] != '"')
        {
            i += json[i] == '\\' ? 2 : 1;
        }

        return i;
    }
}
