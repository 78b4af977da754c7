using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Reduce;

/// <summary>y = value everywhere. An item is a row.</summary>
public sealed unsafe class FillKernel : Kernel
{
    private readonly Operand _y;
    private readonly float _value;

    /// <summary>Binds the kernel.</summary>
    /// <param name="processor">What it runs on.</param>
    /// <param name="y">F32, any shape.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="ArgumentException">y is not F32.</exception>
    public FillKernel(Processor processor, Operand y, float value)
    {
        ArgumentNullException.ThrowIfNull(processor);
        Require.Type(y, ElementType.F32, "y");
        (_y, _value) = (y, value);
    }

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _y.Rows.In(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes) => Math.Max(1, 32768 / Math.Max(1, _y.Columns));

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        for (var row = first; row < end; row++)
        {
            new Span<float>(_y.Floats(row), _y.Columns).Fill(_value);
        }
    }
}
