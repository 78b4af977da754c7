using Sequitur.Kernels;
using Sequitur.Kernels.Programs;
using Sequitur.Models.Architectures;
using Sequitur.Tensors;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;

namespace Sequitur.Models.Tests;

/// <summary>T5 against its reference, in one graph and in two phases.</summary>
public sealed class T5Tests
{
    public static TheoryData<string> Cases => ["encoder-decoders/t5", "encoder-decoders/t5-v1_1"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Interpreter_BothPhasesInOneGraph_GivesTheReferencesValues(string path)
    {
        using var reference = ReferenceCase.Open(path);
        var batch = new Batch(reference);
        var run = Interpreter.Run(Composed(reference.Model), batch.Both());

        reference.ShouldMatch(run.Floats("logits"), "logits");
        reference.ShouldMatch(run.Floats("encoder.final_norm"), batch.Unpadded(reference.Floats("encoder_last_hidden_state")), "encoder_last_hidden_state");
        for (var i = 0; reference.Has($"encoder_hidden_states.{i}"); i++)
        {
            reference.ShouldMatch(run.Floats(Name(reference, "encoder", i)), batch.Unpadded(reference.Floats($"encoder_hidden_states.{i}")), $"encoder_hidden_states.{i}");
        }

        for (var i = 0; reference.Has($"decoder_hidden_states.{i}"); i++)
        {
            reference.ShouldMatch(run.Floats(Name(reference, "decoder", i)), $"decoder_hidden_states.{i}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plans_PhasesThroughAFloat32Cache_GiveTheBitsOfOneGraphWithoutCache(string path)
    {
        using var reference = ReferenceCase.Open(path);
        var (model, batch) = (reference.Model, new Batch(reference));
        var oracle = Interpreter.Run(Composed(model), batch.Both());

        var layout = new CacheLayout(model.Caches, ElementType.F32, 64);
        using var memory = new CacheMemory(layout, 64L * batch.Count, batch.Count);
        using var pool = new WorkPool(2);
        var choices = new NumericChoices(false, layout);
        var encode = Batches.Plan(model.Trace(T5.Encode).Graph, choices, memory, pool, 64, batch.Count);
        encode.Run(batch.Source().Pages(memory, batch.Count));
        encode.Floats("encoder.final_norm").ShouldBe(oracle.Floats("encoder.final_norm"));

        var decode = Batches.Plan(model.Trace(T5.Decode).Graph, choices, memory, pool, 64, batch.Count);
        var start = 0;
        var logits = Enumerable.Range(0, batch.Count).Select(_ => new List<float>()).ToArray();
        foreach (var count in (int[])[3, 1, batch.TargetLength - 4])
        {
            decode.Run(batch.Target(start, count).Pages(memory, batch.Count));
            foreach (var (rows, s) in decode.Floats("logits").Chunk(count * model.VocabularySize).Select((rows, s) => (rows, s)))
            {
                logits[s].AddRange(rows);
            }

            start += count;
        }

        logits.SelectMany(l => l).ShouldBe(oracle.Floats("logits"));
    }

    [Fact]
    public void Decode_AloneWithoutCache_SaysWhatIsMissing()
    {
        using var reference = ReferenceCase.Open("encoder-decoders/t5");
        var batch = new Batch(reference);
        Should.Throw<InvalidOperationException>(() => Interpreter.Run(reference.Model.Trace(T5.Decode).Graph, batch.Target(0, 2)))
            .Message.ShouldContain("decoder.layers.0.cross");
    }

    private static Graph Composed(Model model)
    {
        var context = new ForwardContext(new Graph());
        model.Trace(T5.Encode, context);
        return model.Trace(T5.Decode, context).Graph;
    }

    private static string Name(ReferenceCase reference, string stack, int index) =>
        !reference.Has($"{stack}_hidden_states.{index + 1}") ? $"{stack}.final_norm" : index == 0 ? $"{stack}.embed" : $"{stack}.layers.{index - 1}.l_out";

    /// <summary>The case's sources without their padding, and its targets.</summary>
    private sealed class Batch(ReferenceCase reference)
    {
        private readonly int[][] _mask = reference.Rows("attention_mask");
        private readonly int[][] _targets = reference.Rows("decoder_input_ids");

        public int Count => _mask.Length;

        public int TargetLength => _targets[0].Length;

        private int[] Lengths => [.. _mask.Select(row => row.Sum())];

        public float[] Unpadded(float[] rows)
        {
            var mask = _mask.SelectMany(m => m).ToArray();
            return [.. rows.Chunk(rows.Length / mask.Length).Where((_, i) => mask[i] == 1).SelectMany(row => row)];
        }

        public RunInputs Source(RunInputs? inputs = null) => (inputs ?? new())
            .Rows("source_tokens", [.. Lengths.Select(length => (0, length))])
            .Set("source_ids", [.. reference.Rows("input_ids").Zip(_mask).SelectMany(row => row.First.Where((_, i) => row.Second[i] == 1))]);

        /// <summary>Rows of the decoder; the source brings none, and only its lengths are read.</summary>
        public RunInputs Target(int start, int count, RunInputs? inputs = null) => (inputs ?? new RunInputs().Rows("source_tokens", [.. Lengths.Select(length => (length, 0))]))
            .Rows("tokens", [.. _targets.Select(_ => (start, count))])
            .Set("ids", [.. _targets.SelectMany(row => row.Skip(start).Take(count))])
            .AllOutputs(count * Count);

        public RunInputs Both() => Target(0, TargetLength, Source());
    }
}
