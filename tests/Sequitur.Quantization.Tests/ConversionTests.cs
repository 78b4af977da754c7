using Sequitur.Formats.Gguf;
using Sequitur.Formats.SafeTensors;
using Sequitur.Kernels.Formats;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization.Tests;

public sealed class ConversionTests
{
    private static readonly string Ggml = Path.Combine(Reference.Root, "quantization", "ggml");

    public static IEnumerable<TheoryDataRow<string>> Plain => ((string[])["F16", "BF16", "Q8_0", "Q4_0", "Q4_1"]).Select(name => new TheoryDataRow<string>(name));

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
    public void Write_OtherThreads_SameBytes(string name)
    {
        using var folder = new Folder();
        Write(folder["in.gguf"], [], Random("a.weight", 5000, 96), Random("b.weight", 7, 64));
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
}
