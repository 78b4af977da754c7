namespace Sequitur.Kernels.Programs;

/// <summary>Nothing to do, so many times.</summary>
/// <param name="items">How many items do nothing: from two on, all threads come to share them.</param>
public sealed class NoKernel(long items = 0) : Kernel
{
    /// <inheritdoc/>
    public override long Items(RunSizes sizes) => items;

    /// <inheritdoc/>
    public override void Run(RunSizes sizes, long first, long end, Worker worker)
    {
    }
}
