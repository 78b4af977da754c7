using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.MatMul;

/// <summary>Weights of random numbers, as stored and as views.</summary>
internal static class Weights
{
    private static readonly BlockFormat[] Formats =
    [
        .. typeof(BlockFormat).Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(BlockFormatAttribute), false))
            .Select(type => (BlockFormat)Activator.CreateInstance(type)!),
    ];

    public static TheoryData<string> FormatNames { get; } = [.. Formats.Select(format => format.Name)];

    public static TheoryData<string> IntegerFormatNames { get; } =
        [.. Formats.Where(format => format.HasIntegerPanel).Select(format => format.Name)];

    public static float[] Numbers(long count, int seed, float scale = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)count).Select(_ => ((random.NextSingle() * 2) - 1) * scale)];
    }

    /// <summary>A stored tensor whose bytes end at a page that nobody may touch, or begin at an odd address.</summary>
    public static WeightPart Part(BlockFormat format, int rows, int columns, int seed, bool transposed = false, bool odd = false)
    {
        var (storedRows, storedColumns) = transposed ? (columns, rows) : (rows, columns);
        var rowBytes = (int)format.StoredBytes(storedColumns);
        var bytes = rowBytes * (long)storedRows;
        var region = odd ? new NativeBuffer(bytes + 1).Region.Slice(1, bytes) : Guarded.Memory(bytes);
        if (!format.CanEncode || format is Q4_K or Q5_K or Q6_K)
        {
            FillWithRandomBlocks(format, region.AsSpan<byte>(), seed);
            return new(region, rows);
        }

        var numbers = Numbers((long)rows * columns, seed);
        for (var row = 0; row < storedRows; row++)
        {
            format.Encode(numbers.AsSpan(row * storedColumns, storedColumns), region.AsSpan<byte>().Slice(row * rowBytes, rowBytes));
        }

        return new(region, rows);
    }

    /// <summary>A width near the given one that the format can store.</summary>
    public static int Width(BlockFormat format, int columns) => (columns + format.BlockColumns - 1) / format.BlockColumns * format.BlockColumns;

    /// <summary>A weight as products read it: each panel packed when it is read, and all packed before.</summary>
    public static IEnumerable<WeightPanels> Panels(Weight weight, int groups = 1)
    {
        yield return new WeightPanels(weight, groups);
        var packed = new WeightPanels(weight, groups);
        new PanelPacking([new(packed, Guarded.Memory(packed.Bytes))], threads: 1).Finish();
        packed.IsPacked.ShouldBe(packed.Bytes > 0);
        yield return packed;
    }

    public static Weight Random(BlockFormat format, int rows, int columns, int seed, bool transposed = false) =>
        new(format, rows, columns, [Part(format, rows, columns, seed, transposed)], transposed);

    /// <summary>
    /// All ways in which a weight of some shape can be seen: as stored, at an odd address, a slice over two parts, permuted, stacked of permuted and plain ones,
    /// and (dense formats) transposed, whole and sliced and permuted.
    /// </summary>
    public static IEnumerable<(string Name, Weight Weight)> Views(BlockFormat format, int rows, int columns, int seed)
    {
        yield return ("stored", Random(format, rows, columns, seed));
        yield return ("at an odd address", new Weight(format, rows, columns, [Part(format, rows, columns, seed, odd: true)]));
        var fused = new Weight(format, rows + 9, columns, [Part(format, 5, columns, seed), Part(format, rows + 4, columns, seed + 1)]);
        yield return ("sliced", fused.SliceRows(2, rows));
        yield return ("permuted", Random(format, rows, columns, seed).PermuteRows(Shuffle(rows, seed)));
        var some = rows / 2;
        var permuted = Random(format, some, columns, seed).PermuteRows(Shuffle(some, seed));
        yield return ("stacked", Weight.Stack([permuted, Random(format, rows - some, columns, seed + 2)]));
        if (format is DenseFormat)
        {
            yield return ("transposed", Random(format, rows, columns, seed, transposed: true));
            WeightPart[] parts = [Part(format, 3, columns, seed, true), Part(format, rows + 4, columns, seed + 1, true)];
            var wide = new Weight(format, rows + 7, columns, parts, transposed: true);
            yield return ("transposed and sliced", wide.SliceRows(1, rows));
            yield return ("transposed and permuted", wide.PermuteRows(Shuffle(rows + 7, seed)).SliceRows(2, rows));
        }
    }

    /// <summary>All numbers, by <see cref="Weight.DecodeRow(long, Span{float})"/>.</summary>
    public static float[][] Decode(Weight weight)
    {
        var rows = new float[weight.Rows][];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = new float[weight.Columns];
            weight.DecodeRow(row, rows[row]);
        }

        return rows;
    }

    // Formats that are not written, or whose factors take few of their values when they are: random bytes, drawn again until all numbers of a block are from −4 to 4.
    private static void FillWithRandomBlocks(BlockFormat format, Span<byte> bytes, int seed)
    {
        var random = new Random(seed);
        var block = new NativeBuffer(format.RowBytes(format.BlockColumns));
        var numbers = new float[format.BlockColumns];
        for (; bytes.Length > 0; bytes = bytes[(int)block.Bytes..])
        {
            do
            {
                random.NextBytes(block.Region.AsSpan<byte>());
                new Weight(format, 1, numbers.Length, [new(block.Region, 1)]).DecodeRow(0, numbers);
            }
            while (!numbers.All(number => MathF.Abs(number) <= 4));

            block.Region.AsSpan<byte>().CopyTo(bytes);
        }
    }

    public static int[] Shuffle(int count, int seed)
    {
        var map = Enumerable.Range(0, count).ToArray();
        new Random(seed).Shuffle(map);
        return map;
    }
}
