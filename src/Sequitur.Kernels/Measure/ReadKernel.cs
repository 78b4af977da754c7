using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Measure;

/// <summary>
/// Reads memory as fast as it comes, to find out how fast that is: y I32 <c>[blocks, 16]</c>, number l of block b is the (wrapping) sum of the 32-bit words of the block whose
/// place in it is l mod 16.
/// </summary>
public sealed unsafe class ReadKernel : Kernel
{
    /// <summary>Words of a block.</summary>
    public const int BlockWords = 64 * 1024;

    /// <summary>Sums of a block.</summary>
    public const int Sums = 16;

    private readonly Tier _tier;
    private readonly Region _source;
    private readonly Operand _y;

    /// <summary>Binds source and sums.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="source">What is read; whole words.</param>
    /// <param name="y">Receives the sums of each block.</param>
    public ReadKernel(Processor processor, Region source, Operand y)
    {
        Require.Type(y, ElementType.I32, "y");
        Require.Columns(y, Sums, "y");
        Require.That(source.Bytes % sizeof(int) == 0, $"{source.Bytes} bytes are no whole number of words");
        Require.That(y.Rows == Extent.Constant(BlocksOf(source.Bytes)), $"y must have {BlocksOf(source.Bytes)} rows");
        (_tier, _source, _y) = (processor.Tier, source, y);
    }

    private long Words => _source.Bytes / sizeof(int);

    /// <summary>Blocks of so many bytes.</summary>
    public static long BlocksOf(long bytes) => ((bytes / sizeof(int)) + BlockWords - 1) / BlockWords;

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => BlocksOf(_source.Bytes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var block = first; block < end; block++)
        {
            var x = (int*)_source.Address + (block * BlockWords);
            var y = _y.Integers(block);
            var count = (int)Math.Min(BlockWords, Words - (block * BlockWords));
            new Span<int>(y, Sums).Clear();
            var done = _tier switch
            {
                Tier.V128 => Lanes<IntegerFour, Four>(x, count, y),
                Tier.V256 => Lanes<IntegerEight, Eight>(x, count, y),
                Tier.V512 => Lanes<IntegerSixteen, Sixteen>(x, count, y),
                _ => 0,
            };
            for (var i = done; i < count; i++)
            {
                y[i % Sums] += x[i];
            }
        }
    }

    // Four vectors at a time: a quarter, half, or all of the lanes each, and sums that wrap are the same in any order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Lanes<I, V>(int* x, int count, int* y)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var step = 4 * V.Count;
        var zero = I.Broadcast(0);
        var (a, b, c, d) = (zero, zero, zero, zero);
        var i = 0;
        for (; i <= count - step; i += step)
        {
            a = I.AddIntegers(a, I.Load(x + i));
            b = I.AddIntegers(b, I.Load(x + i + V.Count));
            c = I.AddIntegers(c, I.Load(x + i + (2 * V.Count)));
            d = I.AddIntegers(d, I.Load(x + i + (3 * V.Count)));
        }

        Add<I, V>(y, a);
        Add<I, V>(y + (V.Count % Sums), b);
        Add<I, V>(y + (2 * V.Count % Sums), c);
        Add<I, V>(y + (3 * V.Count % Sums), d);
        return i;
    }

    private static void Add<I, V>(int* y, I sums)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V> => I.Store(y, I.AddIntegers(I.Load(y), sums));
}
