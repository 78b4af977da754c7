using System.Runtime.InteropServices;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests;

/// <summary>
/// Operands and runs for kernel tests. Rows are padded (and so unaligned); the padding, fresh outputs and scratch memory hold 0xFF bytes,
/// which are NaN as floats: a kernel that reads what it must not gives a wrong result, one that writes there fails in
/// <see cref="Bits"/>. The last row ends at a page that nobody may touch, and so does scratch memory.
/// </summary>
internal static class KernelHarness
{
    private const int Padding = 20;
    private static readonly long[] Chunks = [long.MaxValue, 1, 3, 7];

    /// <summary>Row counts and widths around the 16 lanes of a group.</summary>
    public static int[] Lengths { get; } = [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 100, 130];

    /// <summary>An operand whose numbers are not set (NaN).</summary>
    public static Operand Empty(int rows, int columns, ElementType type = ElementType.F32)
    {
        var stride = type.RowBytes(columns) + Padding;
        var region = Guarded.Memory(Math.Max(0, (rows * stride) - Padding));
        region.AsSpan<byte>().Fill(0xFF);
        return new(region, Extent.Constant(rows), columns, type, stride);
    }

    /// <summary>An operand that holds the given numbers, row by row.</summary>
    public static Operand Of(int rows, int columns, ReadOnlySpan<float> values)
    {
        var operand = Empty(rows, columns);
        for (var row = 0; row < rows; row++)
        {
            values.Slice(row * columns, columns).CopyTo(Row<float>(operand, row));
        }

        return operand;
    }

    /// <summary>An operand that holds the given integers, row by row.</summary>
    public static Operand Of(int rows, int columns, ReadOnlySpan<int> values)
    {
        var operand = Empty(rows, columns, ElementType.I32);
        for (var row = 0; row < rows; row++)
        {
            values.Slice(row * columns, columns).CopyTo(Row<int>(operand, row));
        }

        return operand;
    }

    /// <summary>An operand of numbers from −scale to scale, the same for the same seed.</summary>
    public static Operand Random(int rows, int columns, int seed, float scale = 1)
    {
        var random = new Random(seed);
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ((random.NextSingle() * 2) - 1) * scale;
        }

        return Of(rows, columns, values);
    }

    /// <summary>A copy with memory of its own.</summary>
    public static Operand Copy(Operand source)
    {
        var copy = Empty((int)source.Rows.Factor, source.Columns, source.Type);
        source.Memory.AsSpan<byte>().CopyTo(copy.Memory.AsSpan<byte>());
        return copy;
    }

    /// <summary>The numbers of one row.</summary>
    public static Span<T> Row<T>(Operand operand, int row)
        where T : unmanaged =>
        operand.Memory.Slice(row * operand.Stride, operand.Type.RowBytes(operand.Columns)).AsSpan<T>();

    /// <summary>All numbers, row by row.</summary>
    public static float[] Floats(Operand operand) => All<float>(operand);

    /// <summary>All integers, row by row.</summary>
    public static int[] Integers(Operand operand) => All<int>(operand);

    /// <summary>All bytes of the rows, any NaN as one NaN; asserts that the padding was left alone.</summary>
    public static byte[] Bits(Operand operand)
    {
        var padding = operand.Memory.AsSpan<byte>();
        for (var row = 0; row < operand.Rows.Factor; row++)
        {
            var end = (row * operand.Stride) + operand.Type.RowBytes(operand.Columns);
            if (padding[(int)end..(int)Math.Min((row + 1) * operand.Stride, padding.Length)].ContainsAnyExcept((byte)0xFF))
            {
                Assert.Fail($"row {row}: written past the last column");
            }
        }

        if (operand.Type != ElementType.F32)
        {
            return All<byte>(operand);
        }

        var values = All<float>(operand);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = float.IsNaN(values[i]) ? float.NaN : values[i];
        }

        return MemoryMarshal.AsBytes<float>(values).ToArray();
    }

    /// <summary>Runs a kernel: whole, or cut into chunks of so many items that run in descending order.</summary>
    public static void Run(Kernel kernel, long chunk = long.MaxValue, RunSizes? sizes = null)
    {
        sizes ??= new(0);
        var shared = new SharedMemory(Guarded.Scratch(SharedMemory.CounterCount * sizeof(int)), Guarded.Scratch(kernel.SharedBytes));
        shared.Counters.AsSpan<byte>().Clear();
        shared.Data.AsSpan<byte>().Fill(0xFF);
        var worker = new Worker(0, Guarded.Scratch(kernel.ScratchBytes)) { Shared = shared };
        var items = kernel.Items(sizes);
        var step = Math.Min(chunk, Math.Max(items, 1));
        for (var first = (items - 1) / step * step; first >= 0 && items > 0; first -= step)
        {
            worker.Scratch.AsSpan<byte>().Fill(0xFF);
            kernel.Run(sizes, first, Math.Min(first + step, items), worker);
        }

        GC.KeepAlive(kernel); // and with it the memory that it only has the addresses of
    }

    /// <summary>
    /// Asserts that every tier, whole and in chunks of 1, 3 and 7 items (or of <paramref name="chunks"/>), gives the reference's bits; returns the reference's
    /// output. <paramref name="bind"/> makes the kernel for a processor, writing into the given output.
    /// </summary>
    public static Operand EqualOnAllTiers(Func<Operand> output, Func<Processor, Operand, Kernel> bind, params IReadOnlyList<long> chunks)
    {
        var expected = output();
        Run(bind(Processor.Reference, expected));
        var bits = Bits(expected);
        foreach (var processor in Processor.Available)
        {
            foreach (var chunk in chunks.Count > 0 ? chunks : Chunks)
            {
                var actual = output();
                var kernel = bind(processor, actual);
                Run(kernel, chunk);
                var equal = Bits(actual).AsSpan().SequenceEqual(bits);
                Comparisons.Count(kernel, processor, equal);
                if (!equal)
                {
                    Assert.Fail($"{processor.Tier}, chunks of {chunk}: {Difference(expected, actual)}");
                }
            }
        }

        return expected;
    }

    private static string Difference(Operand expected, Operand actual)
    {
        for (var row = 0; row < expected.Rows.Factor; row++)
        {
            for (var column = 0; column < expected.Columns && expected.Type == ElementType.F32; column++)
            {
                var (e, a) = (Row<float>(expected, row)[column], Row<float>(actual, row)[column]);
                if (BitConverter.SingleToInt32Bits(e) != BitConverter.SingleToInt32Bits(a) && !(float.IsNaN(e) && float.IsNaN(a)))
                {
                    return $"row {row}, column {column}: expected {e:R}, was {a:R}";
                }
            }
        }

        return "other bytes";
    }

    private static T[] All<T>(Operand operand)
        where T : unmanaged
    {
        var all = new List<T>();
        for (var row = 0; row < operand.Rows.Factor; row++)
        {
            all.AddRange(Row<T>(operand, row));
        }

        return [.. all];
    }
}
