using System.Runtime.CompilerServices;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Measure;

/// <summary>
/// Products of bytes as the integer products of quantized weights do them, to find out how many a processor does: y I32 <c>[items, 64]</c>, number 16·row + lane of an item is
/// item + Σ over rounds and four bytes of w[round, lane, byte]·x[row, lane, byte], with w = (7·round + 13·position) mod 64 and x = (31·row + 17·position) mod 255 − 127, position = 4·lane + byte.
/// Sums wrap.
/// </summary>
/// <remarks>The 64 different rounds of w stay in the nearest cache; each vector of them is read once for four rows, which stay in registers.</remarks>
public sealed unsafe class IntegerPeakKernel : Kernel
{
    /// <summary>Numbers of an item.</summary>
    public const int Columns = Rows * Group;

    private const int Rows = 4;
    private const int Group = 16;
    private const int Bytes = Group * sizeof(int);
    private const int Different = 64;

    private readonly Tier _tier;
    private readonly Operand _y;
    private readonly int _rounds;
    private readonly Region _numbers = new NativeBuffer((Different + Rows) * Bytes).Region;

    /// <summary>Binds the output.</summary>
    /// <param name="processor">The tier.</param>
    /// <param name="y">Receives the sums.</param>
    /// <param name="rounds">Products of each byte of x.</param>
    public IntegerPeakKernel(Processor processor, Operand y, int rounds)
    {
        Require.Type(y, ElementType.I32, "y");
        Require.Columns(y, Columns, "y");
        (_tier, _y, _rounds) = (processor.Tier, y, rounds);
        for (var i = 0; i < Bytes; i++)
        {
            for (var round = 0; round < Different; round++)
            {
                Weights[(round * Bytes) + i] = (byte)(((7 * round) + (13 * i)) % 64);
            }

            for (var row = 0; row < Rows; row++)
            {
                Activations[(row * Bytes) + i] = (sbyte)((((31 * row) + (17 * i)) % 255) - 127);
            }
        }
    }

    private byte* Weights => _numbers.Address;

    private sbyte* Activations => (sbyte*)(Weights + (Different * Bytes));

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    /// <summary>Operations of an item; a multiply-add is two.</summary>
    public static double OperationsOf(int rounds) => 2.0 * Rows * Bytes * rounds;

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var item = first; item < end; item++)
        {
            var y = _y.Integers(item);
            new Span<int>(y, Columns).Fill((int)item);
            switch (_tier)
            {
                case Tier.V128:
                    Lanes<IntegerFour, Four>(y);
                    break;
                case Tier.V256:
                    Lanes<IntegerEight, Eight>(y);
                    break;
                case Tier.V512:
                    Lanes<IntegerSixteen, Sixteen>(y);
                    break;
                default:
                    Reference(y);
                    break;
            }
        }

        GC.KeepAlive(_numbers.Owner);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reference(int* y)
    {
        for (var round = 0; round < _rounds; round++)
        {
            var w = Weights + (round % Different * Bytes);
            for (var i = 0; i < Rows * Bytes; i++)
            {
                y[i / sizeof(int)] += w[i % Bytes] * Activations[i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lanes<I, V>(int* y)
        where I : struct, IIntegerLanes<I, V>
        where V : struct, ILanes<V>
    {
        var ones = I.Broadcast(0x0001_0001);
        for (var lane = 0; lane < Group; lane += V.Count)
        {
            var w = Weights + (lane * sizeof(int));
            var x = Activations + (lane * sizeof(int));
            var (p, q, r, s) = (I.Load(x), I.Load(x + Bytes), I.Load(x + (2 * Bytes)), I.Load(x + (3 * Bytes)));
            var (a, b, c, d) = (I.Load(y + lane), I.Load(y + lane + Group), I.Load(y + lane + (2 * Group)), I.Load(y + lane + (3 * Group)));
            for (var round = 0; round < _rounds; round++)
            {
                var bytes = I.Load(w + (round % Different * Bytes));
                a = I.AddIntegers(a, I.MultiplyWords(I.MultiplyBytes(bytes, p), ones));
                b = I.AddIntegers(b, I.MultiplyWords(I.MultiplyBytes(bytes, q), ones));
                c = I.AddIntegers(c, I.MultiplyWords(I.MultiplyBytes(bytes, r), ones));
                d = I.AddIntegers(d, I.MultiplyWords(I.MultiplyBytes(bytes, s), ones));
            }

            I.Store(y + lane, a);
            I.Store(y + lane + Group, b);
            I.Store(y + lane + (2 * Group), c);
            I.Store(y + lane + (3 * Group), d);
        }
    }
}
