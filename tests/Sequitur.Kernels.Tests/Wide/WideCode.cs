using System.Reflection;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Tests.Wide;

/// <summary>Generic code of kernels, made for types that no processor chooses.</summary>
internal static class WideCode
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Whether the processor has the instructions of half as many lanes; skips the test if not.</summary>
    public static void Require() => Assert.SkipUnless(Processor.IsSupported(Tier.V256), "sixteen lanes are made of two times eight, which this processor does not have");

    /// <summary>The method of a name that has so many type parameters.</summary>
    public static MethodInfo Method(Type type, string name, params Type[] arguments) =>
        type.GetMethods(Any).Single(method => method.Name == name && method.GetGenericArguments().Length == arguments.Length).MakeGenericMethod(arguments);

    /// <summary>A kernel whose runs take 16 lanes.</summary>
    public static Kernel Wide(this LaneKernel kernel) => new WideKernel(kernel);

    /// <summary>The floats of some memory as bits, any NaN as one NaN.</summary>
    public static int[] Bits(Region memory) => Bits(memory.AsSpan<float>());

    /// <summary>Floats as bits, any NaN as one NaN.</summary>
    public static int[] Bits(ReadOnlySpan<float> numbers)
    {
        var bits = new int[numbers.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToInt32Bits(float.IsNaN(numbers[i]) ? float.NaN : numbers[i]);
        }

        return bits;
    }

    /// <summary>Memory for so many floats, NaN as yet, that ends at a page that nobody may touch.</summary>
    public static Region Floats(long count)
    {
        var memory = Guarded.Memory(count * sizeof(float));
        memory.AsSpan<byte>().Fill(0xFF);
        return memory;
    }

    private sealed class WideKernel(LaneKernel kernel) : Kernel
    {
        private readonly Action<RunSizes, long, long, Worker> _run =
            Method(kernel.GetType(), "Lanes", typeof(WideLanes)).CreateDelegate<Action<RunSizes, long, long, Worker>>(kernel);

        public override long ScratchBytes => kernel.ScratchBytes;

        public override long SharedBytes => kernel.SharedBytes;

        public override long Items(RunSizes sizes) => kernel.Items(sizes);

        public override void Run(RunSizes sizes, long first, long end, Worker worker) => _run(sizes, first, end, worker);
    }
}
