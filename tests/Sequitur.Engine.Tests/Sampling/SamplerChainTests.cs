using Sequitur.Engine.Sampling;

namespace Sequitur.Engine.Tests.Sampling;

/// <summary>The text of a chain, its order, and what is refused.</summary>
public sealed class SamplerChainTests
{
    private const string Everything =
        """logit_bias=["3=1.5","4=-inf"];bad_words(ids=["7","11 12"]);no_repeat_ngram=3;penalties(repeat=1.1,frequency=0.2,presence=-0.1,last_n=-1);"""
        + """dry(multiplier=0.8,base=1.5,allowed_length=3,last_n=100,breakers=["\n","a\"b","\\"]);top_n_sigma=2;top_k=40;tail_free=0.9;typical_p=0.95;epsilon_cutoff=0.001;"""
        + """eta_cutoff=0.0005;top_p(p=0.9,min_keep=2);min_p=0.05;xtc(probability=0.5,threshold=0.2);temperature=0.8""";

    [Theory]
    [InlineData(Everything)]
    [InlineData("greedy")]
    [InlineData("")]
    [InlineData("dry(multiplier=0.8,base=1.75,allowed_length=2,last_n=-1,breaker_ids=[\"13\",\"25\"])")]
    [InlineData("dynamic_temperature(t=0.8,range=0.3,exponent=1)")]
    [InlineData("temperature=1.5;mirostat(version=1,tau=4,eta=0.2,m=50)")]
    [InlineData("temperature=0.25;temperature=4")]
    public void Parse_ThenPrint_IsTheSameText(string text) => SamplerChain.Parse(text).ToString().ShouldBe(text);

    [Fact]
    public void Parse_SpacesHyphensAndDefaults_AreRead() =>
        SamplerChain.Parse(" top-k = 5 ; dry = 0.8 ; temperature( t = 2 , range = 1 );").ToString()
            .ShouldBe("""top_k=5;dry(multiplier=0.8,base=1.75,allowed_length=2,last_n=-1,breakers=["\n",":","\"","*"]);dynamic_temperature(t=2,range=1,exponent=1)""");

    [Theory]
    [InlineData("top_k=0;top_k;top_p=1;min_p=0;typical_p=1;tail_free=1;top_n_sigma=0;epsilon_cutoff=0;eta_cutoff=0;temperature=1;no_repeat_ngram=0;mirostat=0")]
    [InlineData("penalties;penalties(repeat=1.3,last_n=0);dry;dry(multiplier=1,last_n=0);xtc;xtc(probability=1,threshold=0.6);logit_bias=[];bad_words")]
    public void Parse_WithoutEffect_IsLeftOut(string text) => SamplerChain.Parse(text).Samplers.ShouldBeEmpty();

    [Theory]
    [InlineData("tepid", "tepid")]
    [InlineData("greedy=1", "greedy takes no value")]
    [InlineData("temperature=-1", "from 0")]
    [InlineData("temperature=NaN", "number from 0")]
    [InlineData("temperature=inf", "number from 0")]
    [InlineData("temperature=warm", "warm")]
    [InlineData("top_p=1.5", "from 0 to 1")]
    [InlineData("top_p(q=1)", "allowed: p, min_keep")]
    [InlineData("top_p(p=0.5,p=0.6)", "once")]
    [InlineData("top_p(p=0.5", "expected ')'")]
    [InlineData("top_p 0.5", "top_p 0.5")]
    [InlineData("top_k=2.5", "whole number")]
    [InlineData("top_k=", "missing")]
    [InlineData("min_p(p=0.1,min_keep=0)", "min_keep")]
    [InlineData("penalties(repeat=0)", "above 0")]
    [InlineData("dry(multiplier=1,base=0.5)", "from 1")]
    [InlineData("dry(multiplier=1,breakers=[\"a)", "expected '\"'")]
    [InlineData("dry(multiplier=1,breakers=[\"\\", "not closed")]
    [InlineData("dry(multiplier=1,breakers=[\"a\"],breaker_ids=[\"1\"])", "not both")]
    [InlineData("logit_bias=[\"3=nan\"]", "ID=VALUE")]
    [InlineData("logit_bias=[\"3=1\",\"3=2\"]", "twice")]
    [InlineData("bad_words(ids=[\"1 x\"])", "token ids")]
    [InlineData("mirostat=3", "from 0 to 2")]
    [InlineData("mirostat(version=2,tau=0)", "above 0")]
    [InlineData("top_k=5;mirostat=2", "--top-k")]
    [InlineData("mirostat=2;temperature=0.5", "last")]
    [InlineData("greedy;mirostat=1", "--temperature above 0")]
    [InlineData("mirostat=1;mirostat=2", "mirostat")]
    public void Parse_Impossible_IsUsage(string text, string says) => Should.Throw<UsageException>(() => SamplerChain.Parse(text)).Message.ShouldContain(says);

    [Fact]
    public void DefaultOrder_IsAsDocumented()
    {
        Samplers.DefaultOrder.ShouldBe(
            "logit_bias;bad_words;no_repeat_ngram;penalties;dry;top_n_sigma;top_k;tail_free;typical_p;epsilon_cutoff;eta_cutoff;top_p;min_p;xtc;temperature;mirostat");
        File.ReadAllText(Path.Combine(SamplingCases.Root(), "docs", "samplers.md")).ShouldContain(Samplers.DefaultOrder);
    }

    [Fact]
    public void Documentation_NamesEverySamplerAndFlag()
    {
        var page = File.ReadAllText(Path.Combine(SamplingCases.Root(), "docs", "samplers.md"));

        Samplers.All.Select(sampler => $"`{sampler.Name}`").Concat(Samplers.All.SelectMany(sampler => sampler.Parameters).Select(parameter => parameter.Flag).OfType<string>().Select(flag => $"`{flag}`"))
            .Where(name => !page.Contains(name, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void All_Registered_MakeSamplersOfTheirName()
    {
        string[] texts = [.. Everything.Split(';'), "greedy", "mirostat=1", "dynamic_temperature(range=1)"];

        texts.Select(text => SamplerChain.Parse(text).Samplers.Single().Name).Order().ShouldBe(Samplers.All.Select(sampler => sampler.Name).Order());
    }

    [Fact]
    public void Order_Changed_ChangesWhatIsKept()
    {
        int Kept(string text)
        {
            var candidates = SamplingCases.Fill("l100");
            SamplerChain.Parse(text).Start(1, 1).Next(candidates, []);
            return candidates.Count;
        }

        Kept("temperature=0.5;top_p=0.9").ShouldBe(7);
        Kept("top_p=0.9;temperature=0.5").ShouldBe(18);
    }

    [Theory]
    [InlineData("", "temperature=0.7", "--temperature", "0.7")]
    [InlineData("", "greedy", "--temperature", "0")]
    [InlineData("", "top_k=4;top_p=0.5;temperature=0.9", "--top-p", "0.5", "--top-k", "4")]
    [InlineData("top_p;top_k=3", "top_p=0.5;top_k=3", "--top-p", "0.5")]
    [InlineData("", "dynamic_temperature(t=0.9,range=0.4,exponent=1)", "--dynatemp-range", "0.4")]
    [InlineData("", "temperature=0.9;mirostat(version=2,tau=3,eta=0.1)", "--mirostat", "2", "--mirostat-tau", "3")]
    public void Build_Flags_FillTheOrder(string order, string expected, params string[] flags) => Options(order, flags).Build(temperature: 0.9f).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("", "--top-p", "--top-p", "1.5")]
    [InlineData("top_k=5", "--top-p has no effect", "--top-p", "0.5")]
    [InlineData("top_k=5", "--top-k", "--top-k", "6")]
    [InlineData("", "--warmth", "--warmth", "6")]
    [InlineData("", "--top-k", "--mirostat", "2", "--top-k", "6")]
    public void Build_Impossible_IsUsage(string order, string says, params string[] flags) =>
        Should.Throw<UsageException>(() => Options(order, flags).Build(temperature: 0.9f)).Message.ShouldContain(says);

    private static SamplingOptions Options(string order, string[] flags) => new()
    {
        Order = order.Length > 0 ? order : null,
        Flags = flags.Chunk(2).ToDictionary(pair => pair[0], pair => (IReadOnlyList<string>)[pair[1]]),
    };
}
