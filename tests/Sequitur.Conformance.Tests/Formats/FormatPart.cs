using Sequitur.Conformance.Tests.Parts;
using Sequitur.Formats.Gguf;
using Sequitur.Kernels;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Conformance.Tests.Formats;

/// <summary>What is expected of a tensor type.</summary>
/// <param name="Name">The part's name.</param>
/// <param name="IsIn">Whether it is expected of a type.</param>
/// <param name="Check">Checks it.</param>
internal sealed record FormatPart(string Name, Func<FormatCase, bool> IsIn, Func<FormatCase, Verdict> Check)
{
    private const int Columns = 256;

    // A product must be no worse than the reference's; its error is that of a few numbers, so another order of roundings may move it.
    private const double Allowance = 1.05;

    // Numbers that lie so near to the middle between two integers may be rounded to either, for the reference multiplies with 1/(amax/127), we with 127/amax.
    private const double Tie = 1e-4;

    public static IReadOnlyList<FormatPart> All { get; } =
    [
        new("decode", given => given.Format is not null, Decode),
        new("encode", given => given.Format is not null && given.BytesMustMatch, Encode),
        new("product", given => given.Format is not null, Multiply),
        new("activations", given => given.Type == "Q8_0", Activations),
        new("refusal", given => given.Format is null, Refuse),
    ];

    // All formats decode by the same float32 operations as the reference: to the bit.
    private static Verdict Decode(FormatCase given)
    {
        foreach (var (name, bytes, numbers) in given.Matrices())
        {
            var w = FormatRuns.Weight(given.Format!, bytes, Columns);
            foreach (var (way, decoded) in FormatRuns.Decoded(w))
            {
                for (var i = 0; i < numbers.Length; i++)
                {
                    // In a product, a number that is not finite spoils all of its row.
                    var spoilt = way.StartsWith("products", StringComparison.Ordinal) && !numbers.AsSpan(i / Columns * Columns, Columns).ToArray().All(float.IsFinite);
                    if (decoded.Length != numbers.Length || (!spoilt && decoded[i] != numbers[i] && !(float.IsNaN(decoded[i]) && float.IsNaN(numbers[i]))))
                    {
                        return new(false, $"{name}, {way}: number {i} is {decoded[i]:R}, not {numbers[i]:R}", 1);
                    }
                }
            }
        }

        return new(true, "", 0);
    }

    private static Verdict Encode(FormatCase given)
    {
        foreach (var name in new[] { "real", "synthetic" })
        {
            var ((numbers, columns), expected) = (FormatCase.Input(name), given.Bytes(name));
            var rowBytes = (int)given.Format!.StoredBytes(columns);
            var bytes = new byte[rowBytes];
            for (var row = 0; row < numbers.Length / columns; row++)
            {
                given.Format.Encode(numbers.AsSpan(row * columns, columns), bytes);
                var same = bytes.AsSpan().CommonPrefixLength(expected.AsSpan(row * rowBytes, rowBytes));
                if (same != rowBytes)
                {
                    return new(false, $"{name}, row {row}: byte {same} is {bytes[same]}, not {expected[(row * rowBytes) + same]}", 1);
                }
            }
        }

        return new(true, "", 0);
    }

    private static Verdict Multiply(FormatCase given)
    {
        var ((numbers, columns), exact, limit) = (FormatCase.Input("activations"), given.ExactProducts(), Allowance * given.ReferenceError);
        var w = FormatRuns.Weight(given.Format!, given.Bytes("real"), columns);
        float[]? first = null;
        foreach (var (way, products) in FormatRuns.Products(w, numbers))
        {
            var error = Error(products, exact);
            if (!(error <= limit) || !(first ??= products).AsSpan().SequenceEqual(products))
            {
                return new(false, $"{way}: error {error}, the reference's {given.ReferenceError}; the first way's {Error(first ?? products, exact)}", error / limit);
            }
        }

        var precise = FormatRuns.Products(w, numbers, precise: given.Format!.HasIntegerPanel).Max(run => Error(run.Products, exact));
        return new(precise <= given.ReferenceError / 16, $"with remainders the error is {precise}, the reference's without {given.ReferenceError}", Error(first!, exact) / limit);
    }

    private static Verdict Activations(FormatCase given)
    {
        var ((numbers, columns), blocks) = (FormatCase.Input("activations"), FormatCase.EncodedActivations());
        var (group, ties) = (ElementTypes.GroupSize, 0);
        foreach (var processor in Processor.Available)
        {
            var integers = FormatRuns.Integers(processor, numbers, columns);
            for (var i = 0; i < numbers.Length; i++)
            {
                var amax = numbers.AsSpan(i / group * group, group).ToArray().Max(MathF.Abs);
                var place = Math.Abs(numbers[i] * 127.0 / amax);
                var isTie = Math.Abs(place - Math.Floor(place) - 0.5) < Tie;
                ties += isTie ? 1 : 0;
                var expected = (sbyte)blocks[(i / group * (group + 2)) + 2 + (i % group)];
                if (integers[i] != expected && !isTie)
                {
                    return new(false, $"{processor.Tier}: number {i} is encoded as {integers[i]}, not {expected}", 1);
                }
            }
        }

        return new(ties < numbers.Length / 100, $"{ties} of {numbers.Length} numbers lie between two integers", 0);
    }

    // Read as a container, refused by name where it is bound to a computation.
    private static Verdict Refuse(FormatCase given)
    {
        using var file = new FormatFile(given.Type, given.TypeId, given.Bytes("real"));
        using var source = GgufWeightSource.Open(file.Path);
        source.Find(FormatFile.Tensor)!.Format.ShouldBe(given.Type);
        var problem = Should.Throw<UnsupportedModelException>(() => new CheckpointWeights(source).Get(new WeightRequest(FormatFile.Tensor, new(file.Columns))));
        return new(problem.Message.Contains(given.Type, StringComparison.Ordinal) && problem.Message.Contains(FormatFile.Tensor, StringComparison.Ordinal), problem.Message, 0);
    }

    private static double Error(float[] products, double[] exact) =>
        products.Length == exact.Length ? Math.Sqrt(products.Zip(exact, (a, b) => (a - b) * (a - b)).Average()) : double.PositiveInfinity;
}
