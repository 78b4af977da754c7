using Sequitur.Kernels.Formats;

namespace Sequitur.Kernels.MatMul;

/// <summary>The operands that the products of routed experts share: who reads and writes what.</summary>
internal readonly unsafe struct ExpertShapes
{
    private readonly Operand _x;
    private readonly Operand _y;

    public ExpertShapes(Operand x, Operand ids, Weight w, Operand y, int experts, ElementType type)
    {
        MatMulShapes.Require(experts > 0 && w.Rows % experts == 0, $"a weight of {w.Rows} rows is no stack of {experts} experts");
        Slots = ids.Columns;
        Outputs = (int)(w.Rows / experts);
        Columns = w.Columns;
        IsShared = x.Columns == w.Columns;
        MatMulShapes.RequireMatrix(ids, "ids", x.Rows, ids.Columns, ElementType.I32);
        MatMulShapes.RequireMatrix(x, "x", ids.Rows, IsShared ? w.Columns : (long)Slots * w.Columns, type);
        MatMulShapes.RequireMatrix(y, "y", ids.Rows, (long)Slots * Outputs);
        (_x, _y) = (x, y);
    }

    /// <summary>Checks that each expert begins a panel.</summary>
    public void RequirePanels(WeightPanels panels) => MatMulShapes.Require(
        panels.PanelsPerGroup == MatMulShapes.Panels(Outputs) && panels.Count * Outputs == panels.PanelsPerGroup * panels.Weight.Rows,
        $"{panels.Count} panels are not those of experts of {Outputs} outputs");

    /// <summary>Experts that a token chooses.</summary>
    public int Slots { get; }

    /// <summary>Outputs of one expert.</summary>
    public int Outputs { get; }

    /// <summary>Inputs of one expert.</summary>
    public int Columns { get; }

    /// <summary>Whether a token's slots share one row of x.</summary>
    public bool IsShared { get; }

    public float* X(long pair) => _x.Floats(pair / Slots) + (IsShared ? 0 : pair % Slots * Columns);

    public EncodedRow EncodedX(long pair) =>
        new EncodedRow(_x.Row(pair / Slots), _x.Columns).At(IsShared ? 0 : (int)(pair % Slots) * (Columns / ElementTypes.GroupSize));

    public float* Y(long pair) => _y.Floats(pair / Slots) + (pair % Slots * Outputs);

    /// <summary>NaN for the outputs of the pairs whose id names no expert.</summary>
    public void SpoilUnrouted(in ExpertWalk walk, long pairs, long output, int count)
    {
        for (var pair = 0L; pair < pairs; pair++)
        {
            if (walk.Expert(pair) < 0)
            {
                new Span<float>(Y(pair) + output, count).Fill(float.NaN);
            }
        }
    }

    public void Store(long pair, long output, float* sums, int count) => new Span<float>(sums, count).CopyTo(new(Y(pair) + output, count));
}
