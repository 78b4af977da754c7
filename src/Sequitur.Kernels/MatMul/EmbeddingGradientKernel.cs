using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.MatMul;

/// <summary>
/// dw[i, :] = Σ dy[r, :] over the rows r with ids[r] = i, added one after another in ascending r from +0: ids I32 <c>[rows, 1]</c>,
/// dy <c>[rows, k]</c>, dw <c>[n, k]</c>. Ids outside 0 … n−1 are passed over; rows that no id names become zeros.
/// </summary>
/// <remarks>An item is 64 columns of dw, so that no two threads add to one number.</remarks>
public sealed unsafe class EmbeddingGradientKernel : Kernel
{
    private const int Columns = 64;

    private readonly Tier _tier;
    private readonly Operand _ids;
    private readonly Operand _dy;
    private readonly Operand _dw;

    /// <summary>Binds the operands.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public EmbeddingGradientKernel(Processor processor, Operand ids, Operand dy, Operand dw)
    {
        MatMulShapes.RequireMatrix(ids, "ids", dy.Rows, 1, ElementType.I32);
        MatMulShapes.RequireMatrix(dy, "dy", ids.Rows, dw.Columns);
        MatMulShapes.Require(dw.Rows.Symbol < 0, "dw has a constant number of rows");
        MatMulShapes.RequireMatrix(dw, "dw", dw.Rows, dy.Columns);
        (_tier, _ids, _dy, _dw) = (processor.Tier, ids, dy, dw);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => (_dw.Columns + Columns - 1) / Columns;

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        var rows = _ids.Rows.In(sizes);
        var words = _dw.Rows.Factor;
        var column = (int)first * Columns;
        var count = (int)Math.Min(end * Columns, _dw.Columns) - column;
        for (var word = 0L; word < words; word++)
        {
            new Span<float>(_dw.Floats(word) + column, count).Clear();
        }

        for (var row = 0L; row < rows; row++)
        {
            var id = *_ids.Integers(row);
            if (id < 0 || id >= words)
            {
                continue;
            }

            float* source = _dy.Floats(row) + column, target = _dw.Floats(id) + column;
            switch (_tier)
            {
                case Tier.V512: Add<Sixteen>(source, target, count); break;
                case Tier.V256: Add<Eight>(source, target, count); break;
                case Tier.V128: Add<Four>(source, target, count); break;
                default: Add<One>(source, target, count); break;
            }
        }
    }

    private static void Add<V>(float* source, float* target, int count)
        where V : struct, ILanes<V>
    {
        var i = 0;
        for (; i + V.Count <= count; i += V.Count)
        {
            V.Store(target + i, V.Load(target + i) + V.Load(source + i));
        }

        for (; i < count; i++)
        {
            target[i] += source[i];
        }
    }
}
