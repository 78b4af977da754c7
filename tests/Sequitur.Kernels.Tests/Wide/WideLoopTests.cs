using System.Reflection;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Measure;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Tests.MatMul;

namespace Sequitur.Kernels.Tests.Wide;

/// <summary>The loops that choose their lanes by themselves, in 16 lanes: float products, and what stands around products.</summary>
public sealed unsafe class WideLoopTests
{
    private const int Lanes = PanelRows.Count;

    private delegate void MultiplyRow(float* x, byte* panel, int length, float* totals, bool merge);

    private delegate void Accumulate(float** x, long offset, int rows, float* panel, nint panelStride, int length, float* totals, long totalStride, bool merge);

    private delegate void Finish(float* sums, float* biases, float* residuals, float* y);

    private delegate void Add(float* source, float* target, int count);

    private delegate void Widen(ushort* source, int count, float* destination);

    private delegate int Sum(int* x, int count, int* y);

    /// <summary>How each dense format is read.</summary>
    public static TheoryData<string, string, string?> DenseElements => new()
    {
        { "F32", "Element", null },
        { "BF16", "Element", null },
        { "F16", "Element`1", nameof(FiniteHalves) },
        { "F16", "Element`1", nameof(AnyHalves) },
    };

    [Theory]
    [MemberData(nameof(DenseElements))]
    public void MultiplyRow_OfADensePanel_EqualsTheReference(string name, string element, string? halves)
    {
        WideCode.Require();
        var format = BlockFormats.Find(name)!;
        var type = format.GetType().GetNestedType(element, BindingFlags.NonPublic)!;
        type = halves is null ? type : type.MakeGenericType(halves == nameof(FiniteHalves) ? typeof(FiniteHalves) : typeof(AnyHalves));
        var multiply = WideCode.Method(typeof(DenseChain), "One", type, typeof(WideIntegers), typeof(WideLanes)).CreateDelegate<MultiplyRow>();
        foreach (var columns in new[] { 1, 2, 3, 4, 5, 7, 8, 31, 64, 577 })
        {
            var weight = Weights.Random(format, Lanes, columns, columns);
            var packed = Weights.Panels(weight).Last();
            var rows = Weights.Decode(weight);
            var numbers = Weights.Numbers(columns, 3);
            var x = Copy(numbers);
            foreach (var first in new[] { columns, columns / 3 })
            {
                // A run from the left, then what is left, which is added to it.
                var totals = WideCode.Floats(Lanes);
                var bytes = (int)format.RowBytes(1) * Lanes;
                multiply((float*)x.Address, packed.Panel(0, null), first, (float*)totals.Address, false);
                multiply((float*)x.Address + first, packed.Panel(0, null) + (first * bytes), columns - first, (float*)totals.Address, true);
                float[] expected = [.. rows.Select(row => Chain(numbers, row, 0, first) + Chain(numbers, row, first, columns))];
                WideCode.Bits(totals).ShouldBe(WideCode.Bits(expected), $"{columns} columns, the first {first} alone");
            }
        }
    }

    [Fact]
    public void Accumulate_AnyRows_EqualsTheReference()
    {
        WideCode.Require();
        var accumulate = WideCode.Method(typeof(FloatChain), "Accumulate", typeof(WideLanes)).CreateDelegate<Accumulate>();
        const int most = 13;
        const int offset = 3;
        var pointers = stackalloc float*[most];
        foreach (var (length, stride) in new[] { (0, Lanes), (1, Lanes), (7, 2 * Lanes), (65, Lanes), (130, 2 * Lanes) })
        {
            var weights = Weights.Numbers(length * stride, 5);
            var panel = Copy(weights);
            var x = Enumerable.Range(0, most).Select(row => Weights.Numbers(offset + length, row)).ToArray();
            var places = x.Select(Copy).ToArray();
            for (var rows = 1; rows <= most; rows++)
            {
                var totals = WideCode.Floats(((rows - 1) * stride) + Lanes);
                var expected = WideCode.Floats(((rows - 1) * stride) + Lanes);
                for (var row = 0; row < rows; row++)
                {
                    pointers[row] = (float*)places[row].Address;
                    for (var lane = 0; lane < Lanes; lane++)
                    {
                        var column = Enumerable.Range(0, length).Select(k => weights[(k * stride) + lane]);
                        var sum = Chain(x[row], [.. new float[offset], .. column], offset, offset + length);
                        expected.AsSpan<float>()[(row * stride) + lane] = sum + sum;
                    }
                }

                accumulate(pointers, offset, rows, (float*)panel.Address, stride, length, (float*)totals.Address, stride, false);
                accumulate(pointers, offset, rows, (float*)panel.Address, stride, length, (float*)totals.Address, stride, true);
                WideCode.Bits(totals).ShouldBe(WideCode.Bits(expected), $"{rows} rows of {length}, {stride} apart");
            }
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Finish_OfAProduct_AddsBiasesAndResiduals(bool biased, bool residual)
    {
        WideCode.Require();
        var finish = WideCode.Method(typeof(Epilogue), "Store", typeof(WideLanes)).CreateDelegate<Finish>();
        float[] sums = Weights.Numbers(Lanes, 1), biases = Weights.Numbers(Lanes, 2), residuals = Weights.Numbers(Lanes, 3);
        Region a = Copy(sums), b = Copy(biases), c = Copy(residuals), y = WideCode.Floats(Lanes);
        finish((float*)a.Address, biased ? (float*)b.Address : null, residual ? (float*)c.Address : null, (float*)y.Address);
        for (var i = 0; i < Lanes; i++)
        {
            sums[i] = biased ? sums[i] + biases[i] : sums[i];
            sums[i] = residual ? sums[i] + residuals[i] : sums[i];
        }

        WideCode.Bits(y).ShouldBe(WideCode.Bits(sums));
    }

    [Fact]
    public void Add_OfGradients_TakesAllNumbers()
    {
        WideCode.Require();
        var add = WideCode.Method(typeof(EmbeddingGradientKernel), "Add", typeof(WideLanes)).CreateDelegate<Add>();
        foreach (var count in KernelHarness.Lengths)
        {
            float[] source = Weights.Numbers(count, 1), target = Weights.Numbers(count, 2);
            Region from = Copy(source), to = Copy(target);
            add((float*)from.Address, (float*)to.Address, count);
            WideCode.Bits(to).ShouldBe(WideCode.Bits([.. source.Zip(target, (a, b) => b + a)]), $"{count} numbers");
        }
    }

    [Fact]
    public void Widen_OfHalves_TakesAllNumbers()
    {
        WideCode.Require();
        var widen = WideCode.Method(typeof(F16), "Widen", typeof(WideLanes)).CreateDelegate<Widen>();
        foreach (var count in KernelHarness.Lengths)
        {
            Half[] halves = [.. Weights.Numbers(count, 1, 70000).Select(number => (Half)number)];
            Region source = Guarded.Memory(count * sizeof(ushort)), numbers = WideCode.Floats(count);
            halves.CopyTo(source.AsSpan<Half>());
            widen((ushort*)source.Address, count, (float*)numbers.Address);
            WideCode.Bits(numbers).ShouldBe(WideCode.Bits([.. halves.Select(half => (float)half)]), $"{count} numbers");
        }
    }

    [Fact]
    public void Sum_OfWords_TakesWholeStepsOnly()
    {
        WideCode.Require();
        const int sums = 16;
        var sum = WideCode.Method(typeof(ReadKernel), "Lanes", typeof(WideIntegers), typeof(WideLanes)).CreateDelegate<Sum>();
        foreach (var count in KernelHarness.Lengths)
        {
            Region x = Guarded.Memory(count * sizeof(int)), y = Guarded.Memory(sums * sizeof(int));
            var words = x.AsSpan<int>();
            var expected = new int[sums];
            new Random(count).NextBytes(x.AsSpan<byte>());
            var done = sum((int*)x.Address, count, (int*)y.Address);
            done.ShouldBe(count / (4 * WideLanes.Count) * (4 * WideLanes.Count));
            for (var i = 0; i < done; i++)
            {
                expected[i % sums] += words[i];
            }

            y.AsSpan<int>().ToArray().ShouldBe(expected, $"{count} words");
        }
    }

    // Σ a[k]·b[k] for k from first to end, in one chain from +0.
    private static float Chain(float[] a, float[] b, int first, int end)
    {
        fixed (float* x = a, y = b)
        {
            return FloatChain.Dot(x + first, y + first, end - first);
        }
    }

    private static Region Copy(float[] numbers)
    {
        var memory = WideCode.Floats(numbers.Length);
        numbers.CopyTo(memory.AsSpan<float>());
        return memory;
    }
}
