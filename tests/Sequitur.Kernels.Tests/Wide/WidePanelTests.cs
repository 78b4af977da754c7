using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Formats.Panels;
using Sequitur.Kernels.MatMul;
using Sequitur.Kernels.Numerics;
using Sequitur.Kernels.Tests.MatMul;

namespace Sequitur.Kernels.Tests.Wide;

/// <summary>Products and decoding of quantized panels in 16 lanes.</summary>
public sealed unsafe class WidePanelTests
{
    private const int Lanes = PanelRows.Count;

    // Groups of 32: odd and even, one, and more than blocks and chunks have.
    private static readonly int[] Groups = [1, 2, 3, 7, 8, 9, 24, 131];

    private delegate void Multiply(EncodedRow* x, int rows, byte* panel, int groups, float* totals);

    private delegate void Decode(byte* panel, int groups, int first, int count, IntegerPanel target);

    private delegate void Write(PanelLayout layout, IntegerPanel panel, int groups, float* numbers);

    private delegate void Accumulate(PanelLayout layout, EncodedRow* x, int first, int rows, IntegerPanel panel, int count, float* totals, int* wide);

    private delegate void DecodeRow(byte* row, int first, int count, float* destination);

    private static Type[] Both => [typeof(WideIntegers), typeof(WideLanes)];

    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Multiply_AnyRowsAndGroups_EqualsTheReference(string name)
    {
        WideCode.Require();
        foreach (var data in Cases(name))
        {
            var stream = typeof(PanelStream<,,>).MakeGenericType(data.Layout.GetType().GetGenericArguments());
            foreach (var halves in new[] { typeof(FiniteHalves), typeof(AnyHalves) })
            {
                var multiply = WideCode.Method(stream, "Multiply", [.. Both, halves]).CreateDelegate<Multiply>();
                for (var rows = 1; rows <= Case.Rows; rows++)
                {
                    var totals = WideCode.Floats(rows * Lanes);
                    fixed (EncodedRow* x = data.X)
                    {
                        multiply(x, rows, data.Panel, data.Groups, (float*)totals.Address);
                    }

                    WideCode.Bits(totals).ShouldBe(data.Expected(rows), $"{rows} rows, {data.Groups} groups, {halves.Name}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Accumulate_DecodedInTwoRuns_EqualsTheReference(string name)
    {
        WideCode.Require();
        var accumulate = WideCode.Method(typeof(IntegerChain), "Accumulate", Both).CreateDelegate<Accumulate>();
        foreach (var data in Cases(name))
        {
            var decode = WideCode.Method(data.Layout.GetType(), "Decode", Both).CreateDelegate<Decode>();
            var wide = Guarded.Memory(IntegerChain.WideWords * sizeof(int));
            var middle = Math.Max(data.Groups - IntegerChain.Chunk, data.Groups / 3);
            for (var rows = 1; rows <= Case.Rows; rows++)
            {
                var totals = WideCode.Floats(rows * Lanes);
                totals.AsSpan<float>().Clear();
                foreach (var (first, count) in new[] { (0, middle), (middle, data.Groups - middle) })
                {
                    var panel = Panel(count);
                    decode(data.Panel, data.Groups, first, count, panel);
                    fixed (EncodedRow* x = data.X)
                    {
                        accumulate(data.Layout, x, first, rows, panel, count, (float*)totals.Address, (int*)wide.Address);
                    }
                }

                WideCode.Bits(totals).ShouldBe(data.Expected(rows), $"{rows} rows, {data.Groups} groups");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Weights.IntegerFormatNames), MemberType = typeof(Weights))]
    public void Decode_PanelsAndRows_EqualsEightLanes(string name)
    {
        WideCode.Require();
        var write = WideCode.Method(typeof(PanelNumbers), "Write", Both).CreateDelegate<Write>();
        foreach (var data in Cases(name))
        {
            var decode = WideCode.Method(data.Layout.GetType(), "Decode", Both).CreateDelegate<Decode>();
            var decodeRow = WideCode.Method(typeof(QuantizedFormat), "DecodeRow", typeof(WideLanes)).CreateDelegate<DecodeRow>(data.Format);
            foreach (var first in new[] { 0, data.Groups / 2 })
            {
                var count = data.Groups - first;
                var size = count * PanelLayout.Group;
                var (numbers, expected) = (WideCode.Floats(size * Lanes), WideCode.Floats(size * Lanes));
                var panel = Panel(count);
                decode(data.Panel, data.Groups, first, count, panel);
                write(data.Layout, panel, count, (float*)numbers.Address);
                data.Layout.DecodeNumbers(data.Panel, data.Groups, first, count, (float*)expected.Address, Tier.V256);
                WideCode.Bits(numbers).ShouldBe(WideCode.Bits(expected), $"groups {first} to {data.Groups}");

                var row = WideCode.Floats(size);
                var plain = new float[data.Weight.Columns];
                for (var lane = 0; lane < Lanes; lane++)
                {
                    decodeRow(data.Row(lane), first, count, (float*)row.Address);
                    data.Weight.DecodeRow(lane, plain);
                    WideCode.Bits(row).ShouldBe(WideCode.Bits(plain.AsSpan()[(first * PanelLayout.Group)..]), $"row {lane}");
                }
            }
        }
    }

    private static IntegerPanel Panel(int groups) => IntegerPanel.Cut(Guarded.Memory(IntegerPanel.Bytes(groups)).Address, groups);

    private static IEnumerable<Case> Cases(string name)
    {
        var format = (QuantizedFormat)BlockFormats.Find(name)!;
        return Groups.Select(groups => Weights.Width(format, groups * PanelLayout.Group)).Distinct().Select(columns => new Case(format, columns));
    }

    /// <summary>A packed panel and rows to multiply it with.</summary>
    private sealed class Case
    {
        public const int Rows = 6;

        private readonly Operand _encoded;
        private readonly WeightPanels _packed;

        public Case(QuantizedFormat format, int columns)
        {
            Format = format;
            Weight = Weights.Random(format, Lanes, columns, columns);
            _packed = Weights.Panels(Weight).Last();
            _encoded = KernelHarness.Empty(Rows, columns, ElementType.Encoded8);
            KernelHarness.Run(new EncodeKernel(Processor.Reference, KernelHarness.Random(Rows, columns, 2), _encoded));
            X = [.. Enumerable.Range(0, Rows).Select(row => new EncodedRow(_encoded.Memory.Address + (row * _encoded.Stride), columns))];
        }

        public QuantizedFormat Format { get; }

        public Weight Weight { get; }

        public EncodedRow[] X { get; }

        public PanelLayout Layout => Format.Layout;

        public int Groups => Weight.Columns / PanelLayout.Group;

        public byte* Panel => _packed.Panel(0, null);

        public byte* Row(int lane) => Weight.Place(lane).Address(Format.RowBytes(Weight.Columns));

        public int[] Expected(int rows)
        {
            var totals = new float[rows * Lanes];
            for (var i = 0; i < totals.Length; i++)
            {
                totals[i] = IntegerChain.Dot(X[i / Lanes], Row(i % Lanes), Format, Groups);
            }

            return WideCode.Bits(totals);
        }
    }
}
