using System.Runtime.CompilerServices;
using Sequitur.Fuzz.Mutators;

namespace Sequitur.Fuzz;

/// <summary>A reader that fails in every way that the harness must notice, but for never ending. It is no target of the registry: tests of the harness ask for it by name.</summary>
internal static class Drill
{
    /// <summary>The reader.</summary>
    public static FuzzTarget Target { get; } = new("drill", new ByteMutator(), 1 << 20, _ => [[0], [1], [2], [3]], Read);

    private static void Read(byte[] input, Scratch scratch)
    {
        switch (input.FirstOrDefault() % 4)
        {
            case 0:
                throw new InvalidModelException("refused as it should be");
            case 1:
                throw new IndexOutOfRangeException("a defect");
            case 2:
                _ = new byte[64 << 20];
                break;
            default:
                _ = Deeper(1);
                break;
        }
    }

    // The stack overflows.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static long Deeper(long depth) => depth + Deeper(depth + 1);
}
