namespace Sequitur.Engine.Tests.Equalities;

/// <summary>A sequence in company gives the bits that it gives alone.</summary>
public sealed class BatchTests
{
    public static TheoryData<string, int> Orders => [.. Variant.Names.SelectMany(name => new[] { 0, 1, 2 }.Select(order => (name.Data, order)))];

    [Theory]
    [MemberData(nameof(Orders))]
    public void Plan_AllLengthsInOneBatch_EqualsEachAlone(string name, int order)
    {
        var variant = Variant.Of(name);
        variant.Model.Equalities.Batched.ShouldBeTrue();
        int[] lengths = [.. Variant.Lengths];
        new Random(order).Shuffle(lengths);
        using var runner = new Runner(new RunnerOptions(variant) { Tokens = lengths.Sum(), Sequences = lengths.Length, PageSeed = 5, CountItems = true });
        var streams = lengths.Select(_ => runner.Open()).ToArray();

        runner.Step([.. streams.Zip(lengths, (stream, length) => (stream, Variant.Tokens(length, length)))]);

        ItemsOfOneProgram(runner, lengths.Sum());
        foreach (var (stream, length) in streams.Zip(lengths))
        {
            stream.Logits.ShouldBeBitwise(Whole.Logits(variant, length, length), $"{length} tokens");
        }
    }

    // Every sequence goes on at its own pace: by one token each step, or by a piece of its prompt, or not at all.
    [Theory]
    [MemberData(nameof(Orders))]
    public void Plan_SingleTokensAmongPrompts_EqualsEachAlone(string name, int order)
    {
        var variant = Variant.Of(name);
        int[] lengths = [.. Variant.Lengths];
        var random = new Random(order);
        random.Shuffle(lengths);
        using var runner = new Runner(new RunnerOptions(variant) { Tokens = 512, Sequences = lengths.Length, PageSeed = 7, CountItems = true });
        var running = lengths.Select(length => (Stream: runner.Open(), Length: length, Ids: Variant.Tokens(length, length))).ToArray();
        var mixed = 0;
        while (running.Any(r => Length(r.Stream) < r.Length))
        {
            var room = 512;
            var parts = new List<(Stream, int[])>();
            foreach (var (stream, length, ids) in running.OrderBy(_ => random.Next()))
            {
                var start = Length(stream);
                var take = Math.Min(Math.Min(random.Next(3) switch { 0 => 0, 1 => 1, _ => random.Next(2, 200) }, length - start), room);
                if (take > 0)
                {
                    parts.Add((stream, ids[start..(start + take)]));
                    room -= take;
                }
            }

            if (parts.Count > 0)
            {
                runner.Step(parts);
                mixed += parts.Any(p => p.Item2.Length == 1) && parts.Any(p => p.Item2.Length > 1) ? 1 : 0;
            }
        }

        mixed.ShouldBeGreaterThan(2);
        foreach (var (stream, length, _) in running)
        {
            stream.Logits.ShouldBeBitwise(Whole.Logits(variant, length, length), $"{length} tokens");
        }
    }

    private static int Length(Stream stream) => stream.Cache!.Length;

    // All rows of all sequences went through one run of one program: it counted each item of each kernel once.
    private static void ItemsOfOneProgram(Runner runner, int rows)
    {
        runner.Runs.ShouldBe(1);
        runner.Rows.ShouldBe(rows);
        var program = runner.Plan.Variant();
        program.ItemsByThread.Sum().ShouldBe(program.Phases.SelectMany(phase => phase).Sum(kernel => kernel.Items(runner.Plan.Sizes)));
        runner.Plan.Variants.Where(v => v != program).Sum(v => v.ItemsByThread.Sum()).ShouldBe(0);
    }
}
