using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Elementwise;

/// <summary>A function of two numbers, applied element by element: y = f(a, b). The instances are members of <see cref="Binary"/>.</summary>
public abstract class BinaryFunction
{
    private protected BinaryFunction(string name) => Name = name;

    /// <summary>What graphs and profiles call it.</summary>
    public string Name { get; }

    /// <summary>
    /// y = f(a, b), row by row; all F32. Each of a and b has y's shape, or is one constant row (the same for all rows of y), or has y's rows and
    /// one column (the same for all columns), or is 1 × 1. y may be the memory of an operand of its shape.
    /// </summary>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public abstract Kernel Bind(Processor processor, Operand a, Operand b, Operand y);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The functions of two numbers.</summary>
public static class Binary
{
    /// <summary>a + b.</summary>
    public static BinaryFunction Add { get; } = new BinaryFunction<Sum>("add");

    /// <summary>a − b.</summary>
    public static BinaryFunction Subtract { get; } = new BinaryFunction<Difference>("subtract");

    /// <summary>a · b.</summary>
    public static BinaryFunction Multiply { get; } = new BinaryFunction<Product>("multiply");

    /// <summary>a / b.</summary>
    public static BinaryFunction Divide { get; } = new BinaryFunction<Quotient>("divide");

    private readonly struct Sum : IBinary
    {
        public static V Value<V>(V a, V b)
            where V : struct, ILanes<V> => a + b;
    }

    private readonly struct Difference : IBinary
    {
        public static V Value<V>(V a, V b)
            where V : struct, ILanes<V> => a - b;
    }

    private readonly struct Product : IBinary
    {
        public static V Value<V>(V a, V b)
            where V : struct, ILanes<V> => a * b;
    }

    private readonly struct Quotient : IBinary
    {
        public static V Value<V>(V a, V b)
            where V : struct, ILanes<V> => a / b;
    }
}

/// <summary>The formula behind a <see cref="BinaryFunction"/>.</summary>
internal interface IBinary
{
    static abstract V Value<V>(V a, V b)
        where V : struct, ILanes<V>;
}

/// <summary>Joins a formula to the kernel that applies it.</summary>
internal sealed class BinaryFunction<F>(string name) : BinaryFunction(name)
    where F : struct, IBinary
{
    public override Kernel Bind(Processor processor, Operand a, Operand b, Operand y) => new BinaryKernel<F>(processor, Name, a, b, y);
}
