using Sequitur.Formats.Gguf;
using Sequitur.Formats.SafeTensors;
using Sequitur.Kernels.Formats;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization.Tests;

public sealed class ConversionTests
{
    private static readonly string Ggml = Path.Combine(Reference.Root, "quantization", "ggml");

    public static IEnumerable<TheoryDataRow<string>> Plain => ((string[])["F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"]).Select(name => new TheoryDataRow<string>(name));

    // Through a file: float32 rows in, the bytes that llama.cpp's quantizer writes out.
    [Theory]
    [MemberData(nameof(Plain))]
    public void Write_Rows_AreLlamaCppsBytes(string name)
    {
        Assert.SkipWhen(BlockFormats.Find(name) is null, $"{name} is not registered");
        using var inputs = SafeTensorsWeightSource.Open(Path.Combine(Ggml, "inputs.safetensors"));
        using var expected = SafeTensorsWeightSource.Open(Path.Combine(Ggml, $"{name}.safetensors"));
        using var folder = new Folder();
        foreach (var rows in (string[])["real", "synthetic"])
        {
            var tensor = inputs.Find(rows)!;
            Write(folder["in.gguf"], [], new GgufTensor("rows.weight", "F32", tensor.Shape, stream => stream.Write(tensor.Data.AsSpan<byte>())));
            Convert(folder["in.gguf"], folder["out.gguf"], name, 2);
            using var file = GgufFile.Open(folder["out.gguf"]);

            file.Tensors.Single().Format.ShouldBe(name);
            file.Tensors.Single().Data.AsSpan<byte>().SequenceEqual(expected.Find($"{rows}.bytes")!.Data.AsSpan<byte>()).ShouldBeTrue(rows);
        }
    }

    [Theory]
    [InlineData("Q8_0")]
    [InlineData("F16")]
    [InlineData("Q4_K")]
    [InlineData("Q6_K")]
    public void Write_OtherThreads_SameBytes(string name)
    {
        using var folder = new Folder();
        Write(folder["in.gguf"], [], Random("a.weight", 5000, 96), Random("b.weight", 7, 64), Random("c.weight", 300, 512));
        foreach (var threads in (int[])[1, 2, 5])
        {
            Convert(folder["in.gguf"], folder[$"{threads}.gguf"], name, threads);
        }

        File.ReadAllBytes(folder["2.gguf"]).ShouldBe(File.ReadAllBytes(folder["1.gguf"]));
        File.ReadAllBytes(folder["5.gguf"]).ShouldBe(File.ReadAllBytes(folder["1.gguf"]));
    }

    [Fact]
    public void Choose_EachKindOfTensor_GetsItsFormat()
    {
        using var folder = new Folder();
        (GgufTensor Tensor, string Type)[] tensors =
        [
            (Random("token_embd.weight", 8, 64), "Q4_1"), (Random("output.weight", 8, 64), "Q4_1"), (Random("blk.0.attn_q.weight", 4, 32), "Q4_1"), (Random("blk.0.ffn_up_exps.weight", 2, 3, 32), "Q4_1"),
            (Random("blk.0.attn_norm.weight", 64), "F32"), (Random("blk.0.attn_q_norm.weight", 2, 32), "F32"), (Random("blk.0.attn_q.bias", 64), "F32"), (Random("blk.0.ffn_gate_inp.weight", 4, 32), "F32"),
            (Random("position_embd.weight", 4, 32), "F32"), (Random("row.weight", 1, 64), "F32"), (Random("blk.0.odd.weight", 4, 48), "F16"),
            (new("numbers", "I32", [3], stream => stream.Write(new byte[12])), "I32"),
        ];
        Write(folder["in.gguf"], [new("general.file_type", GgufValues.Of(0u)), new("x", GgufValues.Of("y")), new("split.count", GgufValues.Of(1u))], [.. tensors.Select(tensor => tensor.Tensor)]);
        using var source = ConversionSource.Open(folder["in.gguf"]);
        var conversion = new Conversion(source, TargetFormats.Find("q4_1"));
        conversion.Write(folder["out.gguf"], 1, TestContext.Current.CancellationToken);
        using var file = GgufFile.Open(folder["out.gguf"]);

        file.Tensors.Select(tensor => (tensor.Name, tensor.Format)).ShouldBe(tensors.Select(tensor => (tensor.Tensor.Name, tensor.Type)));
        conversion.Tensors.Where(tensor => tensor.IsFallback).Select(tensor => tensor.Tensor.Name).ShouldBe(["blk.0.odd.weight"]);
        conversion.Tensors.Select(tensor => tensor.Bytes).ShouldBe(file.Tensors.Select(tensor => tensor.Data.Bytes));
        file.Metadata.Keys.ShouldBe(["x", "general.file_type", "general.quantization_version"]);
        file.Metadata.GetUInt32("general.file_type").ShouldBe(3u);
        file.Metadata.GetUInt32("general.quantization_version").ShouldBe(2u);
    }

    [Theory]
    [InlineData("Q4_K", "Q4_K", "Q5_0", "F16")]
    [InlineData("Q5_K", "Q5_K", "Q5_1", "F16")]
    [InlineData("Q6_K", "Q6_K", "Q8_0", "F16")]
    [InlineData("TQ2_0", "TQ2_0", "Q4_0", "F16")]
    [InlineData("Q5_1", "Q5_1", "Q5_1", "F16")]
    public void Choose_RowsThatDoNotFit_GetWhatStandsIn(string name, params string[] types)
    {
        using var folder = new Folder();
        Write(folder["in.gguf"], [], Random("a.weight", 3, 512), Random("b.weight", 3, 576), Random("c.weight", 3, 40));
        Convert(folder["in.gguf"], folder["out.gguf"], name, 1);
        using var source = ConversionSource.Open(folder["in.gguf"]);
        using var file = GgufFile.Open(folder["out.gguf"]);

        file.Tensors.Select(tensor => tensor.Format).ShouldBe(types);
        new Conversion(source, TargetFormats.Find(name)).Tensors.Select(tensor => tensor.Unfit?.Name).ShouldBe(types.Select(type => type == name ? null : name));
    }

    [Theory]
    [InlineData("Q8_0", "32;")]
    [InlineData("Q4_K_M", "256, nor of 32;")]
    public void New_NoRowsThatFit_SaysSo(string name, string blocks)
    {
        using var folder = new Folder();
        Write(folder["in.gguf"], [], Random("a.weight", 3, 40), Random("norm.weight", 40));
        using var source = ConversionSource.Open(folder["in.gguf"]);

        var problem = Should.Throw<UsageException>(() => new Conversion(source, TargetFormats.Find(name)));
        problem.Message.ShouldContain($"{name}: rows of 40 numbers (a.weight)");
        problem.Message.ShouldContain(blocks);
        new Conversion(source, TargetFormats.Find("BF16")).Tensors[0].Type.ShouldBe("BF16");
    }

    [Fact]
    public void Write_NumbersThatAreNone_AreRefusedByBlocksOnly()
    {
        using var folder = new Folder();
        Write(folder["in.gguf"], [], new GgufTensor("a.weight", "F32", [2, 32], stream => stream.Write([.. new byte[160], 0, 0, 0xC0, 0x7F, .. new byte[92]])));

        var problem = Should.Throw<InvalidModelException>(() => Convert(folder["in.gguf"], folder["out.gguf"], "Q5_0", 1));
        problem.Message.ShouldStartWith("tensor a.weight, row 1, number 8 is NaN");
        folder.Files.ShouldBe(["in.gguf"]);
        Convert(folder["in.gguf"], folder["out.gguf"], "F16", 1);
    }

    // The disk is as good as full where a write fails: what was written goes away, and a file that was there stays.
    [Fact]
    public void Write_DiskThatFails_LeavesNothing()
    {
        using var folder = new Folder();
        using var source = new ConversionSource([], [new FailingTensor("a.weight", long.MaxValue), new FailingTensor("b.weight", 700)], [], []);
        File.WriteAllText(folder["out.gguf"], "old");

        var problem = Should.Throw<IOException>(() => new Conversion(source, TargetFormats.Find("Q6_K")).Write(folder["out.gguf"], 2, TestContext.Current.CancellationToken));
        problem.Message.ShouldBe($"the file cannot be written: {folder["out.gguf"]}: no space left");
        folder.Files.ShouldBe(["out.gguf"]);
        File.ReadAllText(folder["out.gguf"]).ShouldBe("old");
    }

    [Theory]
    [InlineData("Q8_0", "changed")]
    [InlineData("Q8_0", "longer")]
    [InlineData("Q8_0", "gone")]
    [InlineData("F32", "changed")]
    public void Write_SourceThatChanges_IsRefused(string name, string how)
    {
        using var folder = new Folder();
        var path = folder["in.gguf"];
        Write(path, [], Random("a.weight", 20, 64));
        using var source = ConversionSource.Open(path);
        source.RequireUnchanged();
        switch (how)
        {
            case "changed": File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1)); break;
            case "longer": File.AppendAllText(path, "more"); break;
            default: File.Delete(path); break;
        }

        var problem = Should.Throw<SequiturException>(() => new Conversion(source, TargetFormats.Find(name)).Write(folder["out.gguf"], 2, TestContext.Current.CancellationToken));
        problem.Message.ShouldStartWith($"the file was {(how == "gone" ? "removed" : "changed")} while it was read: {path}");
        File.Exists(folder["out.gguf"]).ShouldBeFalse();
    }

    // The last tensor's rows were read before the change, the file was not yet in place.
    [Fact]
    public void Write_SourceThatChangesAtTheEnd_IsRefused()
    {
        using var folder = new Folder();
        Write(folder["in.gguf"], [], Random("a.weight", 20, 64));
        using var stored = ConversionSource.Open(folder["in.gguf"]);
        var changes = new FailingTensor("z.weight", 1023, () => File.AppendAllText(folder["in.gguf"], "more"));
        using var source = stored with { Tensors = [.. stored.Tensors, changes] };

        Should.Throw<SequiturException>(() => new Conversion(source, TargetFormats.Find("Q8_0")).Write(folder["out.gguf"], 1, TestContext.Current.CancellationToken));
        folder.Files.ShouldBe(["in.gguf"]);
    }

    [Fact]
    public void Write_TheSameFormat_CopiesTheBytes()
    {
        using var folder = new Folder();
        Write(folder["in.gguf"], [], Random("a.weight", 20, 64));
        Convert(folder["in.gguf"], folder["one.gguf"], "Q4_1", 1);
        Convert(folder["one.gguf"], folder["two.gguf"], "Q4_1", 1);
        using var source = ConversionSource.Open(folder["one.gguf"]);

        File.ReadAllBytes(folder["two.gguf"]).ShouldBe(File.ReadAllBytes(folder["one.gguf"]));
        new Conversion(source, TargetFormats.Find("Q4_1")).Requantized.ShouldBeEmpty();
        new Conversion(source, TargetFormats.Find("F16")).Requantized.ShouldBeEmpty();
        new Conversion(source, TargetFormats.Find("Q8_0")).Requantized.ShouldBe(["Q4_1"]);
    }

    [Fact]
    public void Write_Cancelled_LeavesNothing()
    {
        using var folder = new Folder();
        Write(folder["in.gguf"], [], Random("a.weight", 20, 64));
        using var source = ConversionSource.Open(folder["in.gguf"]);

        Should.Throw<OperationCanceledException>(() => new Conversion(source, TargetFormats.Find("F16")).Write(folder["out.gguf"], 2, new CancellationToken(true)));
        folder.Files.ShouldBe(["in.gguf"]);
    }

    [Fact]
    public void Find_NoSuchFormat_ListsThoseThatThereAre()
    {
        var problem = Should.Throw<UsageException>(() => TargetFormats.Find("Q9_9"));

        problem.Message.ShouldContain("'Q9_9'");
        problem.Message.ShouldContain("Q8_0");
    }

    private static void Convert(string input, string output, string format, int threads)
    {
        using var source = ConversionSource.Open(input);
        new Conversion(source, TargetFormats.Find(format)).Write(output, threads, TestContext.Current.CancellationToken);
    }

    private static void Write(string path, KeyValuePair<string, GgufValue>[] metadata, params GgufTensor[] tensors) => new GgufWriter(metadata, tensors).WriteFile(path);

    private static GgufTensor Random(string name, params long[] shape)
    {
        var random = new System.Random(name.Length);
        var bytes = Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).SelectMany(_ => BitConverter.GetBytes((float)(random.NextDouble() - 0.5))).ToArray();
        return new(name, "F32", shape, stream => stream.Write(bytes));
    }

    // 1,024 rows of ones; reading one of them has a consequence.
    private sealed class FailingTensor(string name, long at, Action? then = null) : SourceTensor(name, "F32", [1024, 256])
    {
        public override void Read(long row, Span<float> destination)
        {
            if (row == at)
            {
                (then ?? (() => throw new IOException("no space left")))();
            }

            destination.Fill(1);
        }
    }
}
