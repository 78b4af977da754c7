using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sequitur.Formats.Gguf;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.Tests.Gguf;

/// <summary>Compares an opened GGUF file with what the reference data states.</summary>
internal static class Expected
{
    public static void ShouldMatch(GgufFile file, JsonElement expected)
    {
        file.Version.ShouldBe(expected.GetProperty("version").GetInt32());
        file.IsBigEndian.ShouldBe(expected.GetProperty("endianness").GetString() == "big");
        file.Alignment.ShouldBe(expected.GetProperty("alignment").GetInt32());
        file.DataOffset.ShouldBe(expected.GetProperty("data_offset").GetInt64());
        var pairs = expected.GetProperty("metadata").EnumerateArray().ToArray();
        file.Metadata.Keys.ShouldBe(pairs.Select(pair => pair.GetProperty("key").GetString()!));
        foreach (var pair in pairs)
        {
            ShouldMatch(file.Metadata[pair.GetProperty("key").GetString()!], pair);
        }

        var tensors = expected.GetProperty("tensors").EnumerateArray().ToArray();
        file.Tensors.Count.ShouldBe(tensors.Length);
        foreach (var (tensor, wanted) in file.Tensors.Zip(tensors))
        {
            tensor.Format.ShouldBe(wanted.GetProperty("type").GetString());
            ShouldMatch(tensor, wanted, wanted.GetProperty("dims").EnumerateArray().Reverse().Select(item => item.GetInt64()));
        }
    }

    public static void ShouldMatch(StoredTensor tensor, JsonElement wanted, IEnumerable<long> shape)
    {
        tensor.Name.ShouldBe(wanted.GetProperty("name").GetString());
        tensor.Shape.ShouldBe(shape);
        tensor.Data.Bytes.ShouldBe(wanted.GetProperty("n_bytes").GetInt64());
        Hash(tensor.Data.AsSpan<byte>()).ShouldBe(wanted.GetProperty("sha256").GetString());
    }

    private static void ShouldMatch(GgufValue value, JsonElement wanted)
    {
        value.Type.ToString().ToLowerInvariant().ShouldBe(wanted.GetProperty("type").GetString());
        if (value.Type == GgufValueType.Array)
        {
            ShouldMatchArray(value, wanted);
        }
        else if (wanted.TryGetProperty("base64", out var base64))
        {
            Convert.ToBase64String(value.Bytes).ShouldBe(base64.GetString());
        }
        else
        {
            ShouldMatchElement(value.ToObject(), value.Type, wanted.GetProperty("value"), wanted.TryGetProperty("bits", out var bits) ? bits : null);
        }
    }

    private static void ShouldMatchArray(GgufValue value, JsonElement wanted)
    {
        value.ElementType.ToString().ToLowerInvariant().ShouldBe(wanted.GetProperty("element_type").GetString());
        value.Count.ShouldBe(wanted.GetProperty("length").GetInt32());
        if (value.Arrays is { } arrays)
        {
            foreach (var (array, item) in arrays.Zip(wanted.GetProperty("elements").EnumerateArray()))
            {
                ShouldMatchArray(array, item);
            }

            return;
        }

        var items = (object[])value.ToObject();
        var isWhole = wanted.TryGetProperty("values", out var values);
        var first = (isWhole ? values : wanted.GetProperty("head")).EnumerateArray().ToArray();
        var bits = wanted.TryGetProperty("bits", out var given) ? given.EnumerateArray().Select(item => (JsonElement?)item).ToArray() : new JsonElement?[first.Length];
        for (var i = 0; i < first.Length; i++)
        {
            ShouldMatchElement(items[i], value.ElementType, first[i], i < bits.Length ? bits[i] : null);
        }

        if (!isWhole)
        {
            var tail = wanted.GetProperty("tail").EnumerateArray().ToArray();
            for (var i = 0; i < tail.Length; i++)
            {
                ShouldMatchElement(items[^(tail.Length - i)], value.ElementType, tail[i], null);
            }

            var bytes = value.Strings is { } strings ? Encoding.UTF8.GetBytes(string.Join('\0', strings)) : value.Bytes;
            Hash(bytes).ShouldBe(wanted.GetProperty("sha256").GetString());
        }
    }

    private static void ShouldMatchElement(object value, GgufValueType type, JsonElement wanted, JsonElement? bits)
    {
        switch (value)
        {
            case string text:
                text.ShouldBe(wanted.GetString());
                break;
            case bool flag:
                flag.ShouldBe(wanted.GetBoolean());
                break;
            case long integer:
                integer.ShouldBe(wanted.GetInt64());
                break;
            case double number when type is not (GgufValueType.Float32 or GgufValueType.Float64):
                number.ShouldBe(wanted.GetUInt64());
                break;
            case double number when bits is { } exact:
                var pattern = type == GgufValueType.Float32 ? BitConverter.SingleToUInt32Bits((float)number) : BitConverter.DoubleToUInt64Bits(number);
                pattern.ShouldBe(ulong.Parse(exact.GetString().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                break;
            default:
                ((double)value).ShouldBe(wanted.GetDouble());
                break;
        }
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
