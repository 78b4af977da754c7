namespace Sequitur.Kernels.Programs;

/// <summary>Kernels whose items are the same rows, run one after the other on each chunk of rows.</summary>
public sealed class RowChainKernel(string name, IReadOnlyList<Kernel> kernels) : Kernel
{
    private readonly Kernel[] _kernels = [.. kernels];

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override long ScratchBytes => _kernels.Max(kernel => kernel.ScratchBytes);

    /// <inheritdoc/>
    public override long SharedBytes => _kernels.All(kernel => kernel.SharedBytes == 0) ? 0 : throw new NotSupportedException($"{name}: the kernels of a chain have no shared memory");

    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => _kernels[0].Items(sizes);

    /// <inheritdoc/>
    public override long Grain(RunSizes sizes)
    {
        var least = long.MaxValue;
        foreach (var kernel in _kernels)
        {
            least = Math.Min(least, kernel.Grain(sizes));
        }

        return least;
    }

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
        foreach (var kernel in _kernels)
        {
            kernel.Run(sizes, first, end, worker);
        }
    }
}
