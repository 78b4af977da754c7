using Sequitur.Kernels.Elementwise;

namespace Sequitur.Models.Layers;

/// <summary>Activation functions by the names that configurations use.</summary>
public static class Activations
{
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
