using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>A kernel bound to operands, and where its output goes. Kernels of several outputs are bound once for each.</summary>
/// <param name="Output">Makes the output.</param>
/// <param name="Bind">Makes the kernel of a processor.</param>
internal sealed record Binding(Func<Operand> Output, Func<Processor, Operand, Kernel> Bind);

/// <summary>A kernel at every size of a tail.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Kernel">The kernel's class, or the open one of a generic class.</param>
/// <param name="At">What is bound at a size from 0 to 64; nothing where the kernel has no such size.</param>
internal sealed record KernelCase(string Name, Type Kernel, Func<int, IEnumerable<Binding>> At)
{
    /// <summary>A case of one output: a matrix of so many rows as the kernel gives at each size.</summary>
    public KernelCase(string name, Type kernel, int rows, Func<int, int> columns, Func<int, Func<Processor, Operand, Kernel>?> at)
        : this(name, kernel, size => at(size) is { } bind ? [new(() => KernelHarness.Empty(rows, columns(size)), bind)] : [])
    {
    }

    /// <summary>Items a run is cut into.</summary>
    public IReadOnlyList<long> Chunks { get; init; } = [long.MaxValue, 3];
}
