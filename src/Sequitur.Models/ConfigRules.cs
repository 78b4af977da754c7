using System.Runtime.CompilerServices;
using Sequitur.Kernels;
using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>
/// What sizes of a configuration must be to one another. Each single size is checked where it is read (<see cref="ModelConfig.GetSize"/>, <see cref="ModelConfig.GetCount"/>);
/// here are the conditions that several meet together, each refused with keys, values and file.
/// </summary>
public static class ConfigRules
{
    /// <summary>Refuses a configuration that contradicts itself.</summary>
    /// <param name="config">The configuration, for the message.</param>
    /// <param name="holds">Whether the condition is met.</param>
    /// <param name="problem">What is wrong, with keys and values.</param>
    /// <exception cref="InvalidModelException">It is not met.</exception>
    public static void Require(this ModelConfig config, bool holds, string problem)
    {
        if (!holds)
        {
            throw new InvalidModelException($"{problem} (in {config.Origin})");
        }
    }

    /// <inheritdoc cref="Require(ModelConfig, bool, string)"/>
    public static void Require(this ModelConfig config, bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ProblemText problem) =>
        config.Require(holds, holds ? "" : problem.Take());

    /// <summary>The heads of an attention: groups of queries of one size, and projections whose width can be counted.</summary>
    /// <param name="config">The configuration, for the message.</param>
    /// <param name="heads">Key and number of query heads.</param>
    /// <param name="keyHeads">Key and number of key and value heads, which divides the former.</param>
    /// <param name="dim">Key and size of a head.</param>
    /// <exception cref="InvalidModelException">They do not fit one another.</exception>
    public static void RequireHeads(this ModelConfig config, (string Key, int Value) heads, (string Key, int Value) keyHeads, (string Key, int Value) dim)
    {
        config.RequireMultiple(heads, keyHeads);
        config.RequireProduct(heads, dim);
    }

    /// <summary>One number is a multiple of another: a width of its heads, experts of their groups.</summary>
    /// <exception cref="InvalidModelException">It is not.</exception>
    public static void RequireMultiple(this ModelConfig config, (string Key, int Value) whole, (string Key, int Value) part) =>
        config.Require(part.Value > 0 && whole.Value % part.Value == 0, $"{config.Spelling(whole.Key)} {whole.Value} is no multiple of {config.Spelling(part.Key)} {part.Value}");

    /// <summary>The product of two numbers is a size that is believed.</summary>
    /// <exception cref="InvalidModelException">It is above <see cref="ModelConfig.LargestSize"/>.</exception>
    public static void RequireProduct(this ModelConfig config, (string Key, int Value) a, (string Key, int Value) b) =>
        config.Require((long)a.Value * b.Value <= ModelConfig.LargestSize, $"{config.Spelling(a.Key)} {a.Value} times {config.Spelling(b.Key)} {b.Value} is more than {ModelConfig.LargestSize}");

    /// <summary>Columns that are turned in pairs.</summary>
    /// <exception cref="InvalidModelException">Their number is odd.</exception>
    public static void RequireEven(this ModelConfig config, string key, int value) =>
        config.Require(value % 2 == 0, $"{config.Spelling(key)} {value} is odd, and rotary positions turn pairs");
}
