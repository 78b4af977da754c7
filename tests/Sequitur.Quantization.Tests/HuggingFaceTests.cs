using Sequitur.Engine.Loading;
using Sequitur.Formats.HuggingFace;
using Sequitur.Models;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization.Tests;

public sealed class HuggingFaceTests
{
    private static readonly string Decoders = Path.Combine(Reference.Root, "models", "decoders");

    public static IEnumerable<TheoryDataRow<string>> Cases => Directory.GetDirectories(Decoders).Order().Select(path => new TheoryDataRow<string>(Path.GetFileName(path)));

    // The weights that the family finds in the GGUF file are those of the checkpoint, number by number, and its rotary frequencies are the same.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Convert_Checkpoint_HoldsTheSameModel(string name)
    {
        var directory = Path.Combine(Decoders, name);
        using var folder = new Folder();
        try
        {
            using var source = ConversionSource.Open(directory);
            new Conversion(source, TargetFormats.Find("F32")).Write(folder["a.gguf"], 2, TestContext.Current.CancellationToken);
        }
        catch (UnsupportedModelException problem)
        {
            Assert.Skip(problem.Message);
        }

        using var expected = ModelLoader.Load(directory);
        using var actual = ModelLoader.Load(folder["a.gguf"]);

        actual.Model.VocabularySize.ShouldBe(expected.Model.VocabularySize);
        actual.Model.MaxPositions.ShouldBe(expected.Model.MaxPositions);
        var found = actual.Model.Parameters.ToDictionary(parameter => parameter.Name);
        found.Count.ShouldBe(expected.Model.Parameters.Count);
        foreach (var parameter in expected.Model.Parameters)
        {
            var other = found.TryGetValue(parameter.Name, out var same) ? same : found[$"transformer.{parameter.Name}"];
            ShouldBeEqual(other, parameter);
        }

        foreach (var (a, b) in actual.Model.RopeSets.Zip(expected.Model.RopeSets))
        {
            a.At(1).Scale.ShouldBe(b.At(1).Scale);
            foreach (var (x, y) in a.At(1).Frequencies.Zip(b.At(1).Frequencies))
            {
                x.ShouldBe(y, y * 1e-6f);
            }
        }
    }

    [Theory]
    [InlineData("llama_mha", "\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"")]
    [InlineData("gpt2", "\"activation_function\": \"gelu_new\"", "\"activation_function\": \"relu\"")]
    public void Convert_WhatGgufCannotSay_IsRefused(string name, string from, string to)
    {
        using var folder = new Folder();
        foreach (var file in Directory.GetFiles(Path.Combine(Decoders, name), "model*.safetensors*"))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var config = File.ReadAllText(Path.Combine(Decoders, name, HuggingFaceConfig.FileName));
        Assert.SkipUnless(config.Contains(from, StringComparison.Ordinal), "the case has another activation");
        File.WriteAllText(folder[HuggingFaceConfig.FileName], config.Replace(from, to, StringComparison.Ordinal));

        Should.Throw<UnsupportedModelException>(() => ConversionSource.Open(Path.GetDirectoryName(folder["x"])!)).Message.ShouldContain(HuggingFaceConfig.FileName);
    }

    private static void ShouldBeEqual(Tensors.Weights.Parameter actual, Tensors.Weights.Parameter expected)
    {
        actual.Shape.ShouldBe(expected.Shape, expected.Name);
        var (a, b) = (new float[expected.Weight.Columns], new float[expected.Weight.Columns]);
        for (var row = 0; row < expected.Weight.Rows; row++)
        {
            actual.Weight.DecodeRow(row, a);
            expected.Weight.DecodeRow(row, b);
            if (expected.Shape.Rank > 1)
            {
                a.AsSpan().SequenceEqual(b).ShouldBeTrue($"{expected.Name}, row {row}");
                continue;
            }

            // gains of norms are stored with 1 added in some families, which rounds
            for (var i = 0; i < a.Length; i++)
            {
                a[i].ShouldBe(b[i], 1.2e-7f, $"{expected.Name}[{i}]");
            }
        }
    }
}
