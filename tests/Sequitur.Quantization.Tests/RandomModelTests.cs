using Sequitur.Engine.Loading;
using Sequitur.Quantization.Random;

namespace Sequitur.Quantization.Tests;

public sealed class RandomModelTests
{
    private static readonly ModelShape Small = new() { Layers = 2, Width = 64, Heads = 4, KeyValueHeads = 2, FeedForward = 96, Vocabulary = 50, Context = 128 };

    [Theory]
    [InlineData("Q8_0", true)]
    [InlineData("F16", false)]
    public void Create_Shape_IsWhatTheFamilyReads(string format, bool tied)
    {
        using var folder = new Folder();
        Write(Small with { Tied = tied }, 1, format, folder["a.gguf"]);
        using var loaded = ModelLoader.Load(folder["a.gguf"]);

        loaded.Model.VocabularySize.ShouldBe(50);
        loaded.Model.MaxPositions.ShouldBe(128);
        loaded.Model.Caches.Count.ShouldBe(2);
        loaded.Model.Parameters.Any(parameter => parameter.Name == "lm_head.weight").ShouldBe(!tied);
        loaded.Model.Parameters.Single(parameter => parameter.Name.EndsWith("layers.1.mlp.down_proj.weight", StringComparison.Ordinal)).Weight.Format.Name.ShouldBe(format);
    }

    [Theory]
    [InlineData("Q4_K_M", "Q6_K")]
    [InlineData("Q5_K_M", "Q6_K")]
    [InlineData("Q6_K", "Q6_K")]
    [InlineData("Q5_1", "Q5_1")]
    public void Create_ForAMixture_IsRead(string target, string table)
    {
        using var folder = new Folder();
        Write(Small with { Width = 256, FeedForward = 512, Tied = true }, 1, target, folder["a.gguf"]);
        using var loaded = ModelLoader.Load(folder["a.gguf"]);

        loaded.Model.Parameters.Single(parameter => parameter.Name.EndsWith("embed_tokens.weight", StringComparison.Ordinal)).Weight.Format.Name.ShouldBe(table);
        loaded.Model.Parameters.Single(parameter => parameter.Name.EndsWith("layers.0.mlp.up_proj.weight", StringComparison.Ordinal)).Weight.Format.Name.ShouldBe(target.Replace("_M", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Create_SameSeed_SameBytes_OtherSeedOthers()
    {
        using var folder = new Folder();
        Write(Small, 7, "Q8_0", folder["a.gguf"], 1);
        Write(Small, 7, "Q8_0", folder["b.gguf"], 3);
        Write(Small, 8, "Q8_0", folder["c.gguf"], 1);

        File.ReadAllBytes(folder["b.gguf"]).ShouldBe(File.ReadAllBytes(folder["a.gguf"]));
        File.ReadAllBytes(folder["c.gguf"]).ShouldNotBe(File.ReadAllBytes(folder["a.gguf"]));
    }

    // 64 columns: a deviation of 1/8. Of 3,200 numbers the mean deviates by 0.0022 and the deviation by 0.0015; five times that are allowed.
    [Fact]
    public void Create_Numbers_HaveTheDeviationOfTheirWidth()
    {
        using var source = RandomModel.Create(Small, 3);
        var table = source.Tensors[0];
        var numbers = new float[table.Rows * table.Columns];
        for (var row = 0; row < table.Rows; row++)
        {
            table.Read(row, numbers.AsSpan(row * table.Columns, table.Columns));
        }

        numbers.Average().ShouldBe(0, 0.011);
        Math.Sqrt(numbers.Average(x => (double)x * x)).ShouldBe(0.125, 0.0075);
    }

    [Fact]
    public void Create_Experts_AreStacked()
    {
        using var source = RandomModel.Create(Small with { Experts = 4, ExpertsUsed = 2 }, 1);

        source.Tensors.Single(tensor => tensor.Name == "blk.1.ffn_gate_exps.weight").Shape.ShouldBe([4, 96, 64]);
        source.Tensors.Single(tensor => tensor.Name == "blk.1.ffn_down_exps.weight").Shape.ShouldBe([4, 64, 96]);
        source.Tensors.Single(tensor => tensor.Name == "blk.1.ffn_gate_inp.weight").Shape.ShouldBe([4, 64]);
        source.Metadata.ShouldContain(pair => pair.Key == "llama.expert_used_count");
    }

    [Fact]
    public void Create_SizesThatDoNotFit_NameThem()
    {
        static void Refused(ModelShape shape, string named) => Should.Throw<UsageException>(() => RandomModel.Create(shape, 0)).Message.ShouldContain(named);

        Refused(Small with { Width = 62 }, "--width 62");
        Refused(Small with { KeyValueHeads = 3 }, "--kv-heads 3");
        Refused(Small with { Layers = 0 }, "--layers");
        Refused(Small with { Experts = 4, ExpertsUsed = 5 }, "--experts-used");
    }

    [Fact]
    public void Presets_AllOfThem_Fit()
    {
        foreach (var shape in ModelShape.Presets.Values)
        {
            shape.Checked().HeadDim.ShouldBeOneOf(64, 128);
        }
    }

    private static void Write(ModelShape shape, ulong seed, string format, string path, int threads = 2)
    {
        using var source = RandomModel.Create(shape, seed);
        new Conversion(source, TargetFormats.Find(format)).Write(path, threads, TestContext.Current.CancellationToken);
    }
}
