using Sequitur.Kernels.Elementwise;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models.Layers;

/// <summary>Activation functions by the names that configurations use.</summary>
public static class Activations
{
    /// <summary>The function that a key of a configuration names, or <paramref name="absent"/> where there is no such key.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="key">The key.</param>
    /// <param name="absent">The name where there is no such key.</param>
    /// <param name="spelling">How the key's names differ from those of <see cref="Find"/>, where they do.</param>
    /// <exception cref="InvalidModelException">The value is no string.</exception>
    /// <exception cref="UnsupportedModelException">The name is unknown.</exception>
    public static UnaryFunction Of(ModelConfig config, string key, string absent, Func<string, string>? spelling = null)
    {
        try
        {
            var name = config.GetString(key, absent);
            return Find(spelling is null ? name : spelling(name));
        }
        catch (UnsupportedModelException problem)
        {
            throw new UnsupportedModelException($"{key} in {config.Origin}: {problem.Message}");
        }
    }

    /// <summary>The function of a name (<c>silu</c>, <c>gelu</c>, <c>gelu_new</c> …).</summary>
    /// <exception cref="UnsupportedModelException">The name is unknown.</exception>
    public static UnaryFunction Find(string name) => name switch
    {
        "silu" or "swish" => Unary.Silu,
        "gelu" or "gelu_python" => Unary.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_accurate" => Unary.GeluTanh,
        "quick_gelu" => Unary.QuickGelu,
        "relu" => Unary.Relu,
        "relu2" => Unary.SquaredRelu,
        "sigmoid" => Unary.Sigmoid,
        "tanh" => Unary.Tanh,
        _ => throw new UnsupportedModelException($"activation function '{name}' is not supported"),
    };
}
