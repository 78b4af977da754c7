using Sequitur.Kernels.Formats;
using Sequitur.Kernels.MatMul;

namespace Sequitur.Kernels.Tests.MatMul;

public class ExpertMatMulKernelTests
{
    private const int Experts = 5;
    private const int Slots = 3;

    [Theory]
    [MemberData(nameof(Weights.FormatNames), MemberType = typeof(Weights))]
    public void Run_RoutedTokens_EqualEachExpertAlone(string name)
    {
        var format = BlockFormats.Find(name)!;
        foreach (var outputs in new[] { 16, 21 })
        {
            var w = Weight.Stack([.. Enumerable.Range(0, Experts).Select(expert => Weights.Random(format, outputs, Weights.Width(format, 64), expert))]);
            foreach (var shared in new[] { true, false })
            {
                foreach (var tokens in new[] { 0, 1, 7, 400 })
                {
                    Check(w, outputs, tokens, shared, integers: false);
                    if (format.HasIntegerPanel)
                    {
                        Check(w, outputs, tokens, shared, integers: true);
                    }
                }
            }
        }
    }

    [Fact]
    public void Constructor_NoWholeExperts_Throws()
    {
        var w = Weights.Random(new F32(), 12, 8, 1);
        var ids = KernelHarness.Empty(2, 3, ElementType.I32);
        Should.Throw<ArgumentException>(() => new ExpertMatMulKernel(Processor.Default, KernelHarness.Empty(2, 8), ids, w, KernelHarness.Empty(2, 9), 5));
        Should.Throw<ArgumentException>(() => new ExpertMatMulKernel(Processor.Default, KernelHarness.Empty(2, 16), ids, w, KernelHarness.Empty(2, 9), 4));
        Should.Throw<ArgumentException>(() => new ExpertMatMulKernel(Processor.Default, KernelHarness.Empty(2, 8), ids, w, KernelHarness.Empty(2, 8), 4));
    }

    private static void Check(Weight w, int outputs, int tokens, bool shared, bool integers)
    {
        var random = new Random(tokens);
        // Most go to one expert, so that its rows fill more than a tile; some ids name none.
        var list = Enumerable.Range(0, tokens * Slots).Select(_ => random.Next(8) switch { 0 => random.Next(-2, Experts + 2), _ => 3 }).ToArray();
        var ids = KernelHarness.Of(tokens, Slots, list);
        var x = KernelHarness.Random(tokens, (shared ? 1 : Slots) * w.Columns, 2);
        var encoded = KernelHarness.Empty(tokens, x.Columns, ElementType.Encoded8);
        KernelHarness.Run(new EncodeKernel(Processor.Reference, x, encoded));
        var y = KernelHarness.EqualOnAllTiers(
            () => KernelHarness.Empty(tokens, Slots * outputs),
            (processor, output) => integers
                ? new ExpertIntegerMatMulKernel(processor, encoded, ids, new WeightPanels(w, Experts), output, Experts)
                : new ExpertMatMulKernel(processor, x, ids, new WeightPanels(w, Experts), output, Experts));
        for (var pair = 0; pair < Math.Min(list.Length, 60); pair++)
        {
            var (token, slot) = (pair / Slots, pair % Slots);
            var actual = KernelHarness.Row<float>(y, token).Slice(slot * outputs, outputs).ToArray();
            if (list[pair] is < 0 or >= Experts)
            {
                actual.ShouldAllBe(value => float.IsNaN(value));
                continue;
            }

            var alone = KernelHarness.Of(1, w.Columns, KernelHarness.Row<float>(x, token).Slice(shared ? 0 : slot * w.Columns, w.Columns));
            var encodedAlone = KernelHarness.Empty(1, w.Columns, ElementType.Encoded8);
            KernelHarness.Run(new EncodeKernel(Processor.Reference, alone, encodedAlone));
            var expected = KernelHarness.Empty(1, outputs);
            var expert = w.SliceRows(list[pair] * outputs, outputs);
            KernelHarness.Run(integers
                ? new IntegerMatMulKernel(Processor.Reference, encodedAlone, expert, expected)
                : new MatMulKernel(Processor.Reference, alone, expert, expected));
            actual.ShouldBe(KernelHarness.Floats(expected));
        }
    }
}
