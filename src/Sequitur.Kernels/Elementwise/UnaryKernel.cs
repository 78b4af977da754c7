using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Elementwise;

/// <summary>y = f(x) for every element; an item is a row.</summary>
internal sealed unsafe class UnaryKernel<F> : LaneKernel
    where F : struct, IUnary
{
    private readonly F _formula;
    private readonly Operand _x;
    private readonly Operand _y;

    public UnaryKernel(Processor processor, string name, F formula, Operand x, Operand y)
        : base(processor)
    {
        Require.SameFloats(x, "x", y, "y");
        (Name, _formula, _x, _y) = (name, formula, x, y);
    }

    public override string Name { get; }

    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    public override long Grain(RunSizes sizes) => GrainOf(_y.Columns);

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            float* x = _x.Floats(row), y = _y.Floats(row);
            for (var i = 0; i < _y.Columns; i++)
            {
                y[i] = _formula.Value(new One(x[i])).Value;
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            Loops.Map<V, Body>(new(_formula, _x.Floats(row), _y.Floats(row)), _y.Columns);
        }
    }

    private readonly struct Body(F formula, float* x, float* y) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> => V.Store(y + i, formula.Value(V.Load(x + i)));
    }
}

/// <summary>dx = dy · f′(x) for every element; an item is a row.</summary>
internal sealed unsafe class UnaryGradientKernel<F> : LaneKernel
    where F : struct, IUnary
{
    private readonly F _formula;
    private readonly Operand _x;
    private readonly Operand _dy;
    private readonly Operand _dx;

    public UnaryGradientKernel(Processor processor, string name, F formula, Operand x, Operand dy, Operand dx)
        : base(processor)
    {
        Require.SameFloats(x, "x", dy, "dy");
        Require.SameFloats(x, "x", dx, "dx");
        (Name, _formula, _x, _dy, _dx) = (name + "_gradient", formula, x, dy, dx);
    }

    public override string Name { get; }

    public override long Items(RunSizes sizes) => _dx.Rows.In(sizes);

    public override long Grain(RunSizes sizes) => GrainOf(_dx.Columns);

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            float* x = _x.Floats(row), dy = _dy.Floats(row), dx = _dx.Floats(row);
            for (var i = 0; i < _dx.Columns; i++)
            {
                dx[i] = dy[i] * _formula.Slope(new One(x[i])).Value;
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            Loops.Map<V, Body>(new(_formula, _x.Floats(row), _dy.Floats(row), _dx.Floats(row)), _dx.Columns);
        }
    }

    private readonly struct Body(F formula, float* x, float* dy, float* dx) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> => V.Store(dx + i, V.Load(dy + i) * formula.Slope(V.Load(x + i)));
    }
}
