namespace Sequitur.Engine.Tests.Equalities;

/// <summary>A sequence in pieces gives the bits of the whole: keys and values are rounded before anyone reads them.</summary>
public sealed class ChunkTests
{
    private static readonly int[][] Chunkings = [[5, 1, 9, 64, 1], [1, 1, 1, 61, 128, 2, 62], [256], [300, 1, 1, 14, 15]];

    [Theory]
    [MemberData(nameof(Variant.EachLength), MemberType = typeof(Variant))]
    public void Plan_InChunks_EqualsTheWhole(string name, int length)
    {
        var variant = Variant.Of(name);
        variant.Model.Equalities.Chunked.ShouldBeTrue();
        var expected = Whole.Logits(variant, length);
        using var runner = new Runner(new RunnerOptions(variant) { PageSeed = 3 });
        foreach (var chunks in Chunkings)
        {
            var before = runner.Runs;
            runner.Logits(Variant.Tokens(length), chunks).ShouldBeBitwise(expected, $"in chunks of {string.Join(", ", chunks)}");
            (runner.Runs - before).ShouldBe(Pieces(length, chunks));
        }
    }

    [Theory]
    [MemberData(nameof(Variant.Names), MemberType = typeof(Variant))]
    public void Plan_TokenByToken_EqualsTheWhole(string name)
    {
        var variant = Variant.Of(name);
        using var runner = new Runner(new RunnerOptions(variant));

        runner.Logits(Variant.Tokens(257), Enumerable.Repeat(1, 257)).ShouldBeBitwise(Whole.Logits(variant, 257), "token by token");
        runner.Runs.ShouldBe(257);
        runner.Rows.ShouldBe(1);
    }

    private static int Pieces(int length, int[] chunks)
    {
        var pieces = 0;
        foreach (var chunk in chunks)
        {
            if (length <= 0)
            {
                return pieces;
            }

            length -= chunk;
            pieces++;
        }

        return length > 0 ? pieces + 1 : pieces;
    }
}
