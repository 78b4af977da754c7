using System.Text;
using System.Text.Json;
using Sequitur.Cli.Output;
using Sequitur.Formats.SafeTensors;

namespace Sequitur.Cli.Tests;

public sealed class TraceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sequitur-").FullName;

    private static string Tiny => Path.Combine(Repository.Root, "tests", "conformance", "models", "decoders", "llama_mha");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Trace_List_NamesEveryValueInTheOrderOfTheirComputation()
    {
        var names = CliResult.Of("trace", Tiny, "--list").Output.TrimEnd().Split('\n');

        names[0].ShouldBe("embed");
        names.ShouldContain("layers.1.attn_weights");
        Array.IndexOf(names, "layers.0.l_out").ShouldBeLessThan(Array.IndexOf(names, "layers.1.attn_norm"));
        names.Distinct().Count().ShouldBe(names.Length);
    }

    [Fact]
    public void Trace_Output_IsReadAgain_WithTheNumbersOfTheJson()
    {
        var file = Path.Combine(_folder, "values.safetensors");
        string[] values = ["trace", Tiny, "--ids", "1,2 3", "--value", "layers.*.l_out", "--value", "embed", "--compute", "f32"];
        CliResult.Of([.. values, "-o", file]).Code.ShouldBe(0);
        using var json = JsonDocument.Parse(CliResult.Of([.. values, "--json"]).Output);

        json.RootElement.GetProperty("schema").GetString().ShouldBe("sequitur.trace");
        using var source = SafeTensorsWeightSource.Open(file);
        var written = json.RootElement.GetProperty("values").EnumerateArray().ToList();
        source.Names.Order(StringComparer.Ordinal).ShouldBe(written.Select(value => value.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        foreach (var value in written)
        {
            var shape = value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
            source.Find(value.GetProperty("name").GetString()!)!.Shape.ShouldBe(shape);
            value.GetProperty("numbers").GetArrayLength().ShouldBe((int)shape.Aggregate(1L, (a, b) => a * b));
            value.GetProperty("positions").EnumerateArray().Select(position => position.GetInt32()).ShouldBe([0, 1, 2]);
        }
    }

    [Fact]
    public void Trace_Positions_AreThoseRowsOfTheWhole()
    {
        var all = Numbers("--value", "layers.0.ffn_out");
        var some = Numbers("--value", "layers.0.ffn_out", "--positions", "0,-1");
        var columns = all.Length / 4;

        some.ShouldBe([.. all[..columns], .. all[^columns..]]);
    }

    [Fact]
    public void Trace_AttentionWeights_AreProbabilities()
    {
        using var json = JsonDocument.Parse(CliResult.Of("trace", Tiny, "--ids", "5 6 7 8", "--value", "layers.1.attn_weights", "--json").Output);
        var value = json.RootElement.GetProperty("values")[0];
        var shape = value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray();
        var numbers = value.GetProperty("numbers").EnumerateArray().Select(number => number.GetDouble()).ToArray();

        shape[0].ShouldBe(4);
        shape[2].ShouldBe(4);
        foreach (var (row, weights) in numbers.Chunk(4).Index())
        {
            weights.Sum().ShouldBe(1, 1e-5);
            weights.Skip((row / shape[1]) + 1).ShouldAllBe(weight => weight == 0);
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(160)]
    public void Trace_Page_FitsTheTerminal(int width)
    {
        var output = new MemoryStream();
        CommandLine.Run(["trace", Tiny, "--ids", "1 2 3", "--value", "layers.0.q"], output, new StringWriter(), terminal: new TerminalFacts { Width = width }).ShouldBe(0);
        var page = Encoding.UTF8.GetString(output.ToArray());

        page.ShouldContain("layers.0.q");
        page.Split('\n').ShouldAllBe(line => line.Length <= width);
    }

    [Theory]
    [InlineData("--value", "layers.0.l_ou", "layers.0.l_out")]
    [InlineData("--value", "layers.9.*", "layers.9.*")]
    [InlineData("--positions", "2-7", "positions 0 to 2")]
    [InlineData("--positions", "x", "no positions")]
    [InlineData("--ids", "1 x", "'x' is no token id")]
    [InlineData("--prompt", "text", "--ids is a prompt by itself")]
    public void Trace_WhatIsNotThere_IsOneLine(string option, string value, string because)
    {
        string[] ids = option == "--ids" ? [] : ["--ids", "1 2 3"];
        string[] values = option == "--value" ? [] : ["--value", "embed"];
        CliResult.Of(["trace", Tiny, .. ids, .. values, option, value]).ShouldFail(2, because);
    }

    [Fact]
    public void Trace_WithoutValue_IsUsage() => CliResult.Of("trace", Tiny, "--ids", "1").ShouldFail(2, "--list shows all names");

    [Fact]
    public void Trace_OutputIsADirectory_FailsAndWritesNothing()
    {
        CliResult.Of("trace", Tiny, "--ids", "1", "--value", "embed", "-o", _folder).ShouldFail(1, "directory");
        Directory.EnumerateFileSystemEntries(_folder).ShouldBeEmpty();
    }

    private static float[] Numbers(params string[] options)
    {
        var result = CliResult.Of(["trace", Tiny, "--ids", "5 6 7 8", "--json", .. options]);
        result.Code.ShouldBe(0, result.Error);
        using var json = JsonDocument.Parse(result.Output);
        return [.. json.RootElement.GetProperty("values")[0].GetProperty("numbers").EnumerateArray().Select(number => number.GetSingle())];
    }
}
