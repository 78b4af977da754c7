using System.Runtime.Intrinsics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// Encodes rows of binary32 as <see cref="ElementType.Encoded8"/>. For each group of 32: amax = the largest magnitude;
/// d = amax/127, q = roundeven(x · (127/amax)), s = d·Σq. A group below 2⁻¹⁰⁰ becomes zeros; one that holds an infinity or NaN gets
/// d = s = NaN and q = 0. A row of twice the length gets in its second half what remains: x − d·q (rounded once), encoded likewise. Both together are
/// about 15 bits.
/// </summary>
/// <remarks>s uses Σq, not Σx: the integer product multiplies it with a block's minimum, and Σx would have 2.5 times the error.</remarks>
public sealed unsafe class EncodeKernel : Kernel
{
    private const int Group = ElementTypes.GroupSize;

    // 2⁻¹⁰⁰ and infinity, as the bits of a magnitude.
    private const int Tiny = 27 << 23;
    private const int Infinite = 0x7F800000;

    private readonly bool _vectors;
    private readonly bool _hasRemainder;
    private readonly Operand _x;
    private readonly Operand _y;

    /// <summary>Binds the operands: x F32 <c>[rows, n]</c>, y Encoded8 <c>[rows, n]</c>, or <c>[rows, 2n]</c> for the remainder too.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public EncodeKernel(Processor processor, Operand x, Operand y)
    {
        _hasRemainder = y.Columns == 2 * x.Columns;
        MatMulShapes.RequireMatrix(x, "x", y.Rows, x.Columns);
        MatMulShapes.RequireMatrix(y, "y", x.Rows, _hasRemainder ? y.Columns : x.Columns, ElementType.Encoded8);
        (_x, _y, _vectors) = (x, y, processor.Tier != Tier.Scalar);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _x.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => Math.Max(1, 16_384 / Math.Max(1, _x.Columns));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var groups = _x.Columns / Group;
        var remainder = stackalloc float[Group];
        for (var row = first; row < end; row++)
        {
            var x = _x.Floats(row);
            var q = (sbyte*)_y.Row(row);
            var parts = new Parts(q, _y.Columns);
            for (var g = 0; g < groups; g++)
            {
                EncodeGroup(x + (g * Group), parts, g);
                if (_hasRemainder)
                {
                    Subtract(x + (g * Group), parts, g, remainder);
                    EncodeGroup(remainder, parts, groups + g);
                }
            }
        }
    }

    private void EncodeGroup(float* x, Parts parts, int group)
    {
        var q = parts.Integers + (group * Group);
        var (scale, low, high) = _vectors ? Encode(x, q) : Reference(x, q);
        parts.Scales[group] = scale;
        parts.Sums[group] = (low + high) * scale;
        parts.HalfSums[2 * group] = (short)low;
        parts.HalfSums[(2 * group) + 1] = (short)high;
    }

    private void Subtract(float* x, Parts parts, int group, float* remainder)
    {
        var q = parts.Integers + (group * Group);
        if (!_vectors)
        {
            for (var i = 0; i < Group; i++)
            {
                remainder[i] = MathF.FusedMultiplyAdd(-parts.Scales[group], q[i], x[i]);
            }

            return;
        }

        var scale = Vector128.Create(-parts.Scales[group]);
        for (var i = 0; i < Group; i += 8)
        {
            var words = Vector128.WidenLower(Vector64.Load(q + i).ToVector128Unsafe());
            Subtract(x + i, scale, Vector128.WidenLower(words), remainder + i);
            Subtract(x + i + 4, scale, Vector128.WidenUpper(words), remainder + i + 4);
        }
    }

    private static void Subtract(float* x, Vector128<float> scale, Vector128<int> q, float* remainder) =>
        Vector128.FusedMultiplyAdd(scale, Vector128.ConvertToSingle(q), Vector128.Load(x)).Store(remainder);

    private static (float Scale, int First, int Last) Reference(float* x, sbyte* q)
    {
        var largest = 0;
        for (var i = 0; i < Group; i++)
        {
            largest = Math.Max(largest, BitConverter.SingleToInt32Bits(x[i]) & int.MaxValue);
        }

        if (largest is < Tiny or >= Infinite)
        {
            new Span<sbyte>(q, Group).Clear();
            return (largest < Tiny ? 0 : float.NaN, 0, 0);
        }

        var sums = (First: 0, Last: 0);
        var amax = BitConverter.Int32BitsToSingle(largest);
        var inverse = 127 / amax;
        for (var i = 0; i < Group; i++)
        {
            q[i] = (sbyte)MathF.Round(x[i] * inverse, MidpointRounding.ToEven);
            sums = i < Group / 2 ? (sums.First + q[i], sums.Last) : (sums.First, sums.Last + q[i]);
        }

        return (amax / 127, sums.First, sums.Last);
    }

    // Eight vectors of 128 bits hold a group; wider ones would save little, for the steps across lanes cost as much as the rest.
    private static (float Scale, int First, int Last) Encode(float* x, sbyte* q)
    {
        var magnitude = Vector128.Create(int.MaxValue);
        var maximum = Vector128<int>.Zero;
        for (var i = 0; i < Group; i += 4)
        {
            maximum = Vector128.Max(maximum, Vector128.Load((int*)x + i) & magnitude);
        }

        maximum = Vector128.Max(maximum, Vector128.Shuffle(maximum, Vector128.Create(2, 3, 0, 1)));
        maximum = Vector128.Max(maximum, Vector128.Shuffle(maximum, Vector128.Create(1, 0, 3, 2)));
        var largest = maximum.ToScalar();
        if (largest is < Tiny or >= Infinite)
        {
            new Span<sbyte>(q, Group).Clear();
            return (largest < Tiny ? 0 : float.NaN, 0, 0);
        }

        var amax = BitConverter.Int32BitsToSingle(largest);
        var inverse = Vector128.Create(127 / amax);
        return (amax / 127, Quantize16(x, q, inverse), Quantize16(x + 16, q + 16, inverse));
    }

    private static int Quantize16(float* x, sbyte* q, Vector128<float> inverse)
    {
        var (a, b, c, d) = (Quantize(x, inverse), Quantize(x + 4, inverse), Quantize(x + 8, inverse), Quantize(x + 12, inverse));
        Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d)).Store(q);
        var sums = a + b + (c + d);
        return sums[0] + sums[1] + (sums[2] + sums[3]);
    }

    private static Vector128<int> Quantize(float* x, Vector128<float> inverse) =>
        Vector128.ConvertToInt32Native(Vector128.Round(Vector128.Load(x) * inverse));

    // Where a row's parts lie, to be written.
    private readonly struct Parts(sbyte* integers, int columns)
    {
        public readonly sbyte* Integers = integers;
        public readonly float* Scales = (float*)(integers + columns);
        public readonly float* Sums = (float*)(integers + columns) + (columns / Group);
        public readonly short* HalfSums = (short*)((float*)(integers + columns) + (2 * (columns / Group)));
    }
}
