namespace Sequitur.Kernels.Programs;

/// <summary>Nothing to do.</summary>
public sealed class NoKernel : Kernel
{
    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => 0;

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
    }
}
