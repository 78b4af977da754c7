using System.Text.Json;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.Tests;

/// <summary>The numbers of plainly stored tensors, against what the reference data states: the first few exactly, and the sum of all.</summary>
internal static class Numbers
{
    public static void ShouldMatch(StoredTensor tensor, JsonElement wanted)
    {
        if (!wanted.TryGetProperty("first_values", out var first))
        {
            return;
        }

        var values = Of(tensor);
        values.Length.ShouldBe((int)tensor.ElementCount);
        var i = 0;
        foreach (var value in first.EnumerateArray())
        {
            values[i++].ShouldBe(Parse(value, values[0]));
        }

        if (wanted.TryGetProperty("sum_as_float64", out var sum))
        {
            var numbers = Array.ConvertAll(values, value => Convert.ToDouble(value, null));
            // the order of the sum is not stated: rounding, relative to what was added
            numbers.Sum().ShouldBe(sum.GetDouble(), numbers.Sum(Math.Abs) * 1e-15 * values.Length);
        }
    }

    // Floats are compared as binary64, which holds them all; integers as decimals, which hold those of 64 bits.
    private static object[] Of(StoredTensor tensor) => tensor.Format switch
    {
        "F64" => Each<double>(tensor, value => value),
        "F32" => Each<float>(tensor, value => (double)value),
        "F16" => Each<Half>(tensor, value => (double)value),
        "BOOL" => Each<byte>(tensor, value => value != 0),
        "U8" => Each<byte>(tensor, value => (decimal)value),
        "I8" => Each<sbyte>(tensor, value => (decimal)value),
        "U16" => Each<ushort>(tensor, value => (decimal)value),
        "I16" => Each<short>(tensor, value => (decimal)value),
        "U32" => Each<uint>(tensor, value => (decimal)value),
        "I32" => Each<int>(tensor, value => (decimal)value),
        "U64" => Each<ulong>(tensor, value => (decimal)value),
        "I64" => Each<long>(tensor, value => (decimal)value),
        _ => throw new NotSupportedException($"the reference data states numbers of a tensor of type {tensor.Format}"),
    };

    private static object[] Each<T>(StoredTensor tensor, Func<T, object> widen)
        where T : unmanaged => Array.ConvertAll(tensor.Data.AsSpan<T>().ToArray(), value => widen(value));

    private static object Parse(JsonElement value, object like) => like switch
    {
        bool => value.GetBoolean(),
        decimal => value.GetDecimal(),
        _ => value.GetDouble(),
    };
}
