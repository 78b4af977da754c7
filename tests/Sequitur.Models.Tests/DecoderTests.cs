namespace Sequitur.Models.Tests;

/// <summary>Each family of decoders against its reference, and against itself with a cache.</summary>
public sealed class DecoderTests
{
    public static TheoryData<string> Cases => ["decoders/gemma2", "decoders/gemma2_bf16", "decoders/deepseek_v3", "decoders/deepseek_v3_no_q_lora", "decoders/rwkv"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Interpreter_OriginalGraph_GivesTheReferencesValues(string path)
    {
        using var reference = ReferenceCase.Open(path);
        var run = Decoders.Whole(reference.Model, reference.Rows("input_ids"));

        reference.ShouldMatch(run.Floats("logits"), "logits");
        for (var i = 0; reference.Has($"hidden_states.{i}"); i++)
        {
            reference.ShouldMatch(run.Floats(HiddenState(reference, i)), $"hidden_states.{i}");
        }

        for (var i = 0; i < 8; i++)
        {
            if (reference.Has($"router_logits.{i}"))
            {
                reference.ShouldMatch(run.Floats($"layers.{i}.router"), $"router_logits.{i}");
                CheckExperts(reference, run.Integers($"layers.{i}.router_experts"), run.Floats($"layers.{i}.router_weights"), i);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_ChunksThroughAFloat32Cache_GivesTheBitsOfTheWholeWithoutCache(string path)
    {
        using var reference = ReferenceCase.Open(path);
        int[][] rows = reference.Rows("input_ids");
        int[][] sequences = [rows[0], rows[1][..^3]];
        var oracle = Decoders.Whole(reference.Model, sequences).Floats("logits");

        Decoders.PlannedWhole(reference.Model, sequences).ShouldBe(oracle);
        Decoders.Chunked(reference.Model, sequences, 0).ShouldBe(oracle);
        Decoders.Chunked(reference.Model, sequences, 5, 1, 9, 1, 0).ShouldBe(oracle);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_ChunksAcrossPagesAndSpans_GiveTheBitsOfTheWholeWithoutCache(string path)
    {
        using var reference = ReferenceCase.Open(path);
        int[][] sequences = [Ids(300, reference.Model.VocabularySize), Ids(130, reference.Model.VocabularySize)];

        Decoders.Chunked(reference.Model, sequences, 63, 2, 1, 128, 63, 0).ShouldBe(Decoders.Whole(reference.Model, sequences).Floats("logits"));
    }

    private static int[] Ids(int count, int vocabulary)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }

    // The last one stands after the final norm; RWKV has none for the embedding.
    private static string HiddenState(ReferenceCase reference, int index)
    {
        var layer = reference.Model.GetType().Name == "Rwkv" ? index : index - 1;
        return !reference.Has($"hidden_states.{index + 1}") ? "final_norm" : layer < 0 ? "embed" : $"layers.{layer}.l_out";
    }

    private static void CheckExperts(ReferenceCase reference, int[] ids, float[] weights, int layer)
    {
        var expected = reference.Rows($"router_experts.{layer}");
        var chosen = ids.Zip(weights).Chunk(expected[0].Length).Select(token => token.OrderBy(choice => choice.First).ToArray()).ToArray();
        chosen.SelectMany(token => token.Select(choice => choice.First)).ShouldBe(expected.SelectMany(token => token));
        reference.ShouldMatch([.. chosen.SelectMany(token => token.Select(choice => choice.Second))], $"router_weights.{layer}");
    }
}
