using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Elementwise;

/// <summary>A function of one number, applied to every element: y = f(x). The instances are members of <see cref="Unary"/>.</summary>
public abstract class UnaryFunction
{
    private protected UnaryFunction(string name) => Name = name;

    /// <summary>What graphs and profiles call it, parameters included.</summary>
    public string Name { get; }

    /// <summary>c where the function is c · x; null for any other.</summary>
    public virtual float? Factor => null;

    /// <summary>y = f(x), row by row; x and y are F32 of one shape and may be the same memory.</summary>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public abstract Kernel Bind(Processor processor, Operand x, Operand y);

    /// <summary>dx = dy · f′(x), row by row; all F32 of one shape; dx may be the memory of x or dy.</summary>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public abstract Kernel BindGradient(Processor processor, Operand x, Operand dy, Operand dx);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The functions of one number. Each stands in a file of its own.</summary>
public static partial class Unary
{
    private static string WithParameter(string name, float value) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}({value:R})");
}

/// <summary>The formula behind a <see cref="UnaryFunction"/>.</summary>
internal interface IUnary
{
    /// <summary>f(x).</summary>
    V Value<V>(V x)
        where V : struct, ILanes<V>;

    /// <summary>f′(x).</summary>
    V Slope<V>(V x)
        where V : struct, ILanes<V>;
}

/// <summary>Joins a formula to the kernels that apply it.</summary>
internal sealed class UnaryFunction<F>(string name, F formula, float? factor = null) : UnaryFunction(name)
    where F : struct, IUnary
{
    public override float? Factor => factor;

    public override Kernel Bind(Processor processor, Operand x, Operand y) => new UnaryKernel<F>(processor, Name, formula, x, y);

    public override Kernel BindGradient(Processor processor, Operand x, Operand dy, Operand dx) =>
        new UnaryGradientKernel<F>(processor, Name, formula, x, dy, dx);
}
