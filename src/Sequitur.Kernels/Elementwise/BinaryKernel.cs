using System.Runtime.CompilerServices;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Elementwise;

/// <summary>y = f(a, b) for every element, with broadcasting; an item is a row.</summary>
internal sealed unsafe class BinaryKernel<F> : LaneKernel
    where F : struct, IBinary
{
    private readonly Source _a;
    private readonly Source _b;
    private readonly Operand _y;

    public BinaryKernel(Processor processor, string name, Operand a, Operand b, Operand y)
        : base(processor)
    {
        Require.Type(y, ElementType.F32, "y");
        (Name, _a, _b, _y) = (name, Source.Of(a, "a", y), Source.Of(b, "b", y), y);
    }

    public override string Name { get; }

    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    public override long Grain(RunSizes sizes) => GrainOf(_y.Columns);

    private protected override void Reference(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            float* a = _a.Row(row), b = _b.Row(row), y = _y.Floats(row);
            for (var i = 0; i < _y.Columns; i++)
            {
                y[i] = F.Value(new One(a[_a.OneColumn ? 0 : i]), new One(b[_b.OneColumn ? 0 : i])).Value;
            }
        }
    }

    private protected override void Lanes<V>(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            float* a = _a.Row(row), b = _b.Row(row), y = _y.Floats(row);
            switch (_a.OneColumn, _b.OneColumn)
            {
                case (false, false):
                    Loops.Map<V, Body<Each, Each>>(new(new(a), new(b), y), _y.Columns);
                    break;
                case (false, true):
                    Loops.Map<V, Body<Each, Same>>(new(new(a), new(*b), y), _y.Columns);
                    break;
                case (true, false):
                    Loops.Map<V, Body<Same, Each>>(new(new(*a), new(b), y), _y.Columns);
                    break;
                default:
                    Loops.Map<V, Body<Same, Same>>(new(new(*a), new(*b), y), _y.Columns);
                    break;
            }
        }
    }

    /// <summary>Where a row's numbers come from.</summary>
    private interface IRow
    {
        V At<V>(int i)
            where V : struct, ILanes<V>;
    }

    private readonly struct Each(float* row) : IRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V At<V>(int i)
            where V : struct, ILanes<V> => V.Load(row + i);
    }

    private readonly struct Same(float number) : IRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V At<V>(int i)
            where V : struct, ILanes<V> => V.Broadcast(number);
    }

    private readonly struct Body<A, B>(A a, B b, float* y) : IMap
        where A : struct, IRow
        where B : struct, IRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<V>(int i)
            where V : struct, ILanes<V> => V.Store(y + i, F.Value(a.At<V>(i), b.At<V>(i)));
    }

    /// <summary>An operand, and along which axes it repeats.</summary>
    private readonly record struct Source(Operand Operand, bool OneRow, bool OneColumn)
    {
        public static Source Of(Operand operand, string name, Operand y)
        {
            Require.Type(operand, ElementType.F32, name);
            var oneRow = operand.Rows != y.Rows;
            var oneColumn = operand.Columns != y.Columns;
            Require.That(!oneRow || operand.Rows == Extent.Constant(1), $"the rows of {name} are neither y's nor one");
            Require.That(!oneColumn || operand.Columns == 1, $"{name} has {operand.Columns} columns: neither y's {y.Columns} nor one");
            return new(operand, oneRow, oneColumn);
        }

        public float* Row(long row) => Operand.Floats(OneRow ? 0 : row);
    }
}
