using Sequitur.Engine.Tests.Equalities;
using Sequitur.Models;
using Sequitur.Tensors.Weights;

namespace Sequitur.Insight.Tests;

/// <summary>What a family's formulas need, written down again: names of its weights, its norms and its head. Nothing here comes from the graph.</summary>
internal sealed record PlainFamily(string Norm, string Head, bool IsLayerNorm = false, double Epsilon = 1e-5, double Offset = 0, double Cap = 0)
{
    /// <summary>The weight of a layer's attention output; <c>{0}</c> stands for the layer.</summary>
    public string Output { get; init; } = "model.layers.{0}.self_attn.o_proj";

    /// <summary>The norm behind it, if there is one.</summary>
    public string? OutputNorm { get; init; }

    /// <summary>The families, by their names in <see cref="Families"/>.</summary>
    public static IReadOnlyDictionary<string, PlainFamily> All { get; } = new Dictionary<string, PlainFamily>
    {
        ["llama"] = new("model.norm", "lm_head"),
        ["llama-bias"] = new("model.norm", "model.embed_tokens"),
        ["mixtral"] = new("model.norm", "lm_head"),
        ["gemma2"] = new("model.norm", "model.embed_tokens", Epsilon: 1e-6, Offset: 1, Cap: 30) { OutputNorm = "model.layers.{0}.post_attention_layernorm" },
        ["gpt2"] = new("transformer.ln_f", "transformer.wte", IsLayerNorm: true) { Output = "transformer.h.{0}.attn.c_proj" },
        ["deepseek"] = new("model.norm", "lm_head", Epsilon: 1e-6),
        ["rwkv"] = new("rwkv.ln_out", "head", IsLayerNorm: true),
    };

    /// <summary>A family's.</summary>
    public static PlainFamily Of(string family) => All[family];
}

/// <summary>Formulas in float64 over weights and recorded values: a second computation that shares nothing with the first.</summary>
internal sealed class Plain
{
    private readonly Dictionary<string, Parameter> _weights;

    public Plain(Model model) => _weights = model.Trace().Graph.Parameters.Keys.ToDictionary(parameter => parameter.Name);

    /// <summary>A row of a matrix, or a vector.</summary>
    public double[] Row(string name, int row = 0)
    {
        var parameter = _weights[name];
        var numbers = new float[parameter.Shape.Columns];
        if (parameter.Shape.Rank == 1)
        {
            parameter.Weight.DecodeRow(0, numbers);
        }
        else
        {
            parameter.Weight.DecodeRow(row, numbers);
        }

        return Array.ConvertAll(numbers, number => (double)number);
    }

    public bool Has(string name) => _weights.ContainsKey(name);

    /// <summary>W · x + b.</summary>
    public double[] Product(string name, int outputs, double[] x)
    {
        var bias = Has($"{name}.bias") ? Row($"{name}.bias") : new double[outputs];
        return [.. Enumerable.Range(0, outputs).Select(output => Dot(Row($"{name}.weight", output), x) + bias[output])];
    }

    /// <summary>A norm: divided by the divisor of <paramref name="whole"/> (itself by default), with its gain; the bias only for whole values.</summary>
    public double[] Norm(PlainFamily family, string name, double[] x, double[]? whole = null)
    {
        var of = whole ?? x;
        var centre = family.IsLayerNorm && name == family.Norm;
        var mean = centre ? of.Average() : 0;
        var divisor = Math.Sqrt(of.Average(number => (number - mean) * (number - mean)) + family.Epsilon);
        var own = centre ? x.Average() : 0;
        var (gain, bias) = (Row($"{name}.weight"), whole is null && Has($"{name}.bias") ? Row($"{name}.bias") : new double[x.Length]);
        return [.. x.Select((number, i) => ((number - own) / divisor * (gain[i] + family.Offset)) + bias[i])];
    }

    /// <summary>The logits of a row of the stream.</summary>
    public double[] Logits(PlainFamily family, double[] stream)
    {
        var normed = Norm(family, family.Norm, stream);
        var logits = Enumerable.Range(0, Families.Vocabulary).Select(token => Dot(Row($"{family.Head}.weight", token), normed));
        return [.. logits.Select(logit => family.Cap > 0 ? family.Cap * Math.Tanh(logit / family.Cap) : logit)];
    }

    /// <summary>exp(x) / Σ exp(x).</summary>
    public static double[] Softmax(IReadOnlyList<double> x)
    {
        var most = x.Max();
        var all = x.Select(number => Math.Exp(number - most)).ToArray();
        return [.. all.Select(number => number / all.Sum())];
    }

    public static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    public static double[] Doubles(ReadOnlySpan<float> x) => Array.ConvertAll(x.ToArray(), number => (double)number);
}
