using Sequitur.Engine;

namespace Sequitur.Insight.Tests;

/// <summary>One clear line for what cannot be.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("layers.0.l_outt=1", "layers.0.l_out")]
    [InlineData("layer.1.ffn_out=1", "layers.1.ffn_out")]
    [InlineData("embd=1", "embed")]
    [InlineData("layers.9.l_out=1", "layers.0.l_out")]
    public void Scaling_OfAnUnknownName_SuggestsSimilarOnes(string text, string similar) => Fails(Scaling.Parse(text)).ShouldContain(similar);

    [Theory]
    [InlineData("7.0", "layers.7.attn_heads")]
    [InlineData("0.4", "heads 0 to 3")]
    [InlineData("2.ffn", "layers.2.ffn_out")]
    public void Ablation_OutOfRange_SaysWhatThereIs(string text, string said) => Fails(Ablation.Parse(text)).ShouldContain(said);

    [Theory]
    [InlineData("layers.0.l_out=2@5", "positions 0 to 4")]
    [InlineData("layers.0.l_out=2@-6", "positions 0 to 4")]
    [InlineData("layers.0.l_out=2@3-1", "positions 0 to 4")]
    [InlineData("logits=2@0", "no row for each position")]
    public void Scaling_AtImpossiblePositions_SaysWhatThereIs(string text, string said) => Fails(Scaling.Parse(text)).ShouldContain(said);

    [Fact]
    public void Steering_WithAVectorOfAnotherLength_NamesBothLengths()
    {
        var message = Fails(Steering.With("layers.0.l_out", [1, 2, 3], 1, Positions.All));
        message.ShouldContain("3 numbers");
        message.ShouldContain("64");
    }

    [Fact]
    public void Steering_FromFiles_ReadsArraysAndNamesWhatIsWrong()
    {
        var folder = Directory.CreateTempSubdirectory("insight");
        try
        {
            string Path(string name, string text)
            {
                var path = System.IO.Path.Combine(folder.FullName, name);
                File.WriteAllText(path, text);
                return path;
            }

            Fails(Steering.Parse($"layers.0.l_out={Path("short.json", "[1, 2]")}")).ShouldContain("2 numbers");
            Fails(Steering.Parse($"layers.0.l_out={System.IO.Path.Combine(folder.FullName, "none.json")}")).ShouldContain("neither a number nor a file");
            foreach (var text in (string[])["{", "\"x\"", "[1, \"a\"]", "null", "[[1]]", "[1e999]"])
            {
                Should.Throw<SequiturException>(() => Run(Steering.Parse($"layers.0.l_out={Path("bad.json", text)}"))).Message.ShouldNotContain('\n');
            }

            using var engine = Runs.Engine("llama");
            var ids = Runs.Tokens(5);
            var file = Path("good.json", $"[{string.Join(',', Enumerable.Repeat("0.5", 64))}]");
            Runs.Logits(engine, ids, Steering.Parse($"layers.0.l_out={file}*2@-1"))
                .ShouldBe(Runs.Logits(engine, ids, Steering.With("layers.0.l_out", [.. Enumerable.Repeat(1f, 64)], 1, Positions.Parse("4"))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("1e999")]
    public void Replacement_WithNoFiniteNumber_IsRefused(string number) => Fails(Replacement.Parse($"layers.0.l_out={number}")).ShouldContain("finite");

    [Fact]
    public void Patch_BehindTheOtherPrompt_NamesItsPositions()
    {
        using var engine = Runs.Engine("llama");
        Should.Throw<UsageException>(() => Runs.PatchFrom(engine, Runs.Tokens(5), Runs.Tokens(3), "embed@4=x")).Message.ShouldContain("positions 0 to 2");
    }

    [Fact]
    public void Mask_OrRemove_OfATokenThatIsNotThere_IsRefused()
    {
        using var engine = Runs.Engine("llama");
        var passes = new Counterfactuals(engine, Runs.Tokens(4), 1);
        Should.Throw<UsageException>(() => passes.Mask(4, TestContext.Current.CancellationToken)).Message.ShouldContain("0 to 3");
        Should.Throw<UsageException>(() => passes.Remove(-1, TestContext.Current.CancellationToken)).Message.ShouldContain("0 to 3");
        Should.Throw<UsageException>(() => new Counterfactuals(engine, [3], 1).Remove(0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Anatomy_OfAnEncoder_SaysThatItHasNoStream()
    {
        using var engine = Runs.Engine("llama");
        Should.Throw<UsageException>(() => Anatomy.Of(engine).Layer(2)).Message.ShouldContain("0 to 1");
        Should.Throw<UsageException>(() => Runs.Record(engine, Runs.Tokens(3), ["nothing"])).Message.ShouldContain("similar");
        var bert = Sequitur.Engine.Tests.Equalities.Families.Create("bert");
        Should.Throw<NotSupportedException>(() => Anatomy.Of(bert, bert.Trace().Graph)).Message.ShouldContain("residual stream");
    }

    [Fact]
    public void Parse_OfHostileTexts_AreErrorsOfTheUser()
    {
        string[] pieces = ["", " ", "=", "@", "*", "-", "1", ".", ":", "\"", "layers.0.l_out", "é\0\n", "٣", "99999999999999999999", "1e999", "NaN", "all", ",", "--1", "0.0", "ffn", new string('a', 5000), "\ud800"];
        var random = new Random(3);
        for (var i = 0; i < 4000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)]));
            foreach (var parse in (Func<string, object>[])[Ablation.Parse, Scaling.Parse, Steering.Parse, Replacement.Parse, Patch.Parse, Positions.Parse])
            {
                try
                {
                    parse(text).ShouldNotBeNull();
                }
                catch (UsageException problem)
                {
                    problem.Message.ShouldNotBeEmpty();
                }
            }
        }
    }

    private static string Fails(Intervention change)
    {
        var message = Should.Throw<UsageException>(() => Run(change)).Message;
        message.ShouldNotContain('\n');
        return message;
    }

    private static void Run(Intervention change)
    {
        using var engine = Runs.Engine("llama");
        Runs.Logits(engine, Runs.Tokens(5), change);
    }
}
