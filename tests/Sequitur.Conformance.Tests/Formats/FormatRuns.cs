using Sequitur.Kernels;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;

namespace Sequitur.Conformance.Tests.Formats;

/// <summary>Stored matrices, read and multiplied in every way that kernels can.</summary>
internal static class FormatRuns
{
    /// <summary>Blocks as a weight.</summary>
    public static Weight Weight(BlockFormat format, byte[] bytes, int columns)
    {
        var region = new NativeBuffer(bytes.Length).Region;
        bytes.CopyTo(region.AsSpan<byte>());
        var rows = bytes.Length / format.StoredBytes(columns);
        return new(format, rows, columns, [new WeightPart(region, rows)]);
    }

    /// <summary>All numbers of a weight, by each way to read it.</summary>
    public static IEnumerable<(string Way, float[] Numbers)> Decoded(Weight w)
    {
        var rows = new float[w.Rows * w.Columns];
        for (var row = 0; row < w.Rows; row++)
        {
            w.DecodeRow(row, rows.AsSpan(row * w.Columns, w.Columns));
        }

        yield return ("row by row", rows);
        var ids = Matrix([.. Enumerable.Range(0, (int)w.Rows).Select(i => BitConverter.Int32BitsToSingle(i))], 1, ElementType.I32);
        var units = new float[w.Columns * w.Columns];
        for (var i = 0; i < w.Columns; i++)
        {
            units[(i * w.Columns) + i] = 1;
        }

        var x = Matrix(units, w.Columns);
        foreach (var processor in Processor.Available)
        {
            var gathered = Matrix(new float[w.Rows * w.Columns], w.Columns);
            Run(new EmbeddingKernel(processor, ids, w, gathered));
            yield return ($"rows looked up, {processor.Tier}", Numbers(gathered));
            foreach (var (how, panels) in Panels(w))
            {
                var y = Matrix(new float[w.Rows * w.Columns], (int)w.Rows);
                Run(new MatMulKernel(processor, x, panels, y));
                yield return ($"products with unit vectors, {how}, {processor.Tier}", Transposed(Numbers(y), (int)w.Rows));
            }
        }
    }

    /// <summary>Products of rows of numbers with a weight, by integers where the format has them: on every tier, with panels packed before and not.</summary>
    public static IEnumerable<(string Way, float[] Products)> Products(Weight w, float[] numbers, bool precise = false)
    {
        var x = Matrix(numbers, w.Columns);
        var rows = (int)x.Rows.Factor;
        foreach (var processor in Processor.Available)
        {
            foreach (var (how, panels) in Panels(w))
            {
                var y = Matrix(new float[rows * w.Rows], (int)w.Rows);
                Run(w.Format.HasIntegerPanel
                    ? new IntegerMatMulKernel(processor, Encoded(processor, x, precise), panels, y, precise: precise)
                    : new MatMulKernel(processor, x, panels, y));
                yield return ($"{how}, {processor.Tier}", Numbers(y));
            }
        }
    }

    /// <summary>The integers of encoded activations.</summary>
    public static sbyte[] Integers(Processor processor, float[] numbers, int columns)
    {
        var encoded = Encoded(processor, Matrix(numbers, columns), precise: false);
        return [.. Enumerable.Range(0, (int)encoded.Rows.Factor).SelectMany(row => encoded.Memory.Slice(row * encoded.Stride, columns).AsSpan<sbyte>().ToArray())];
    }

    private static IEnumerable<(string How, WeightPanels Panels)> Panels(Weight w)
    {
        yield return ("packed when read", w);
        var packed = new WeightPanels(w);
        new PanelPacking([new(packed, new NativeBuffer(packed.Bytes).Region)], threads: 1).Finish();
        yield return ("packed before", packed);
    }

    private static Operand Encoded(Processor processor, Operand x, bool precise)
    {
        var columns = precise ? 2 * x.Columns : x.Columns;
        var encoded = new Operand(new NativeBuffer(x.Rows.Factor * ElementType.Encoded8.RowBytes(columns)).Region, x.Rows, columns, ElementType.Encoded8);
        Run(new EncodeKernel(processor, x, encoded));
        return encoded;
    }

    private static Operand Matrix(float[] numbers, int columns, ElementType type = ElementType.F32)
    {
        var region = new NativeBuffer(numbers.Length * sizeof(float)).Region;
        numbers.CopyTo(region.AsSpan<float>());
        return new(region, Extent.Constant(numbers.Length / columns), columns, type);
    }

    private static float[] Numbers(Operand operand) => operand.Memory.AsSpan<float>().ToArray();

    private static float[] Transposed(float[] numbers, int columns)
    {
        var rows = numbers.Length / columns;
        return [.. Enumerable.Range(0, numbers.Length).Select(i => numbers[(i % rows * columns) + (i / rows)])];
    }

    private static void Run(Kernel kernel) => kernel.RunAlone(new RunSizes(0));
}
