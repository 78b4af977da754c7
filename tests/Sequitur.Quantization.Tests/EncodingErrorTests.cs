using System.Text.Json;
using Sequitur.Formats.SafeTensors;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;

namespace Sequitur.Quantization.Tests;

/// <summary>The error of what is written, against that of llama.cpp's quantizer for the same rows (the rule of <c>quantization/ggml/types.json</c>).</summary>
public sealed class EncodingErrorTests(ITestOutputHelper output)
{
    private const double MostMean = 1.02;
    private const double MostOfARow = 1.10;
    private const double MostOfAnOddRow = 1.5;
    private const double Nothing = 1e-9;

    private static readonly string Ggml = Path.Combine(Reference.Root, "quantization", "ggml");
    private static readonly string[] OddRows = ["zero", "constant", "one value", "tiny", "ramp", "half"];

    public static IEnumerable<TheoryDataRow<string>> Written => ((string[])["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]).Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Written))]
    public void Encode_ReferenceRows_ErrAsLlamaCppDoes(string name)
    {
        using var types = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Ggml, "types.json")));
        var type = types.RootElement.GetProperty("types").EnumerateArray().Single(entry => entry.GetProperty("type").GetString() == name);
        var kinds = types.RootElement.GetProperty("synthetic_rows").EnumerateArray().Select(kind => kind.GetString()!).ToArray();
        using var inputs = SafeTensorsWeightSource.Open(Path.Combine(Ggml, "inputs.safetensors"));
        var logarithms = new List<double>();
        foreach (var set in (string[])["real", "synthetic"])
        {
            var expected = type.GetProperty(set).GetProperty("rmse_per_row").EnumerateArray().Select(error => error.GetDouble()).ToArray();
            var stored = inputs.Find(set)!;
            var numbers = stored.Data.AsSpan<float>().ToArray();
            var columns = (int)stored.Shape[^1];
            for (var row = 0; row < expected.Length; row++)
            {
                var numbersOfRow = numbers.AsSpan(row * columns, columns).ToArray();
                var error = Error(numbersOfRow, Decoded(BlockFormats.Find(name)!, numbersOfRow));
                var what = $"{name} {set} {row}{(set == "real" ? "" : $" ({kinds[row]})")}: {error:G4}, llama.cpp {expected[row]:G4}";
                output.WriteLine($"{what}, ratio {error / expected[row]:F4}");
                if (expected[row] < Nothing)
                {
                    error.ShouldBeLessThanOrEqualTo(Nothing + (1e-6 * numbersOfRow.Max(Math.Abs)), what);
                    continue;
                }

                var isOdd = set == "synthetic" && OddRows.Any(odd => kinds[row].Contains(odd, StringComparison.Ordinal));
                error.ShouldBeLessThanOrEqualTo((isOdd ? MostOfAnOddRow : MostOfARow) * expected[row], what);
                if (!isOdd)
                {
                    logarithms.Add(Math.Log(Math.Max(error, Nothing) / expected[row]));
                }
            }
        }

        var mean = Math.Exp(logarithms.Average());
        output.WriteLine($"{name}: {mean:F4} of llama.cpp's error in the geometric mean");
        mean.ShouldBeLessThanOrEqualTo(MostMean);
    }

    private static double Error(float[] numbers, float[] decoded) => Math.Sqrt(numbers.Zip(decoded, (a, b) => ((double)a - b) * ((double)a - b)).Average());

    private static float[] Decoded(BlockFormat format, float[] numbers)
    {
        using var buffer = new NativeBuffer(format.StoredBytes(numbers.Length));
        format.Encode(numbers, buffer.Region.AsSpan<byte>());
        var decoded = new float[numbers.Length];
        new Weight(format, 1, numbers.Length, [new(buffer.Region, 1)]).DecodeRow(0, decoded);
        return decoded;
    }
}
