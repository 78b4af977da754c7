using Sequitur.Tensors.Weights;

namespace Sequitur.Models;

/// <summary>Says which checkpoints a family reads. The most specific key wins: class name, then <c>model_type</c>, then GGUF's architecture.</summary>
/// <param name="className">Hugging Face's class name (<c>LlamaForCausalLM</c>).</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ArchitectureAttribute(string className) : Attribute
{
    /// <summary>Hugging Face's class name.</summary>
    public string ClassName => className;

    /// <summary>Hugging Face's <c>model_type</c>.</summary>
    public string? ModelType { get; init; }

    /// <summary>GGUF's <c>general.architecture</c>.</summary>
    public string? Gguf { get; init; }
}

/// <summary>A family's way into existence: one constructor for all uses.</summary>
public interface IArchitecture
{
    /// <summary>Opens the model.</summary>
    /// <exception cref="InvalidModelException">The configuration or a weight is missing or wrong.</exception>
    /// <exception cref="UnsupportedModelException">The configuration asks for something that the family does not do.</exception>
    static abstract Model Create(ModelConfig config, WeightScope weights);

    /// <summary>How the family is written as GGUF, if it is.</summary>
    static virtual NameMap? Gguf => null;
}

/// <summary>A registered family.</summary>
/// <param name="Key">Which checkpoints it reads.</param>
/// <param name="Create">Opens the model.</param>
/// <param name="Gguf">Its GGUF names.</param>
public sealed record Architecture(ArchitectureAttribute Key, Func<ModelConfig, WeightScope, Model> Create, NameMap? Gguf);

/// <summary>All families, found by what a checkpoint calls itself.</summary>
[Registry(typeof(ArchitectureAttribute))]
public static partial class ArchitectureRegistry
{
    /// <summary>The family of a Hugging Face configuration.</summary>
    /// <exception cref="UnsupportedModelException">There is none.</exception>
    public static Architecture Find(ModelConfig config) =>
        config.Architectures.Select(name => All.FirstOrDefault(a => a.Key.ClassName == name)).FirstOrDefault(a => a is not null)
        ?? All.FirstOrDefault(a => config.Architectures.Count == 0 && a.Key.ModelType == config.ModelType && a.Key.ModelType is not null)
        ?? throw new UnsupportedModelException($"architecture {string.Join(", ", config.Architectures.DefaultIfEmpty(config.ModelType ?? "(none named)"))} is not supported; supported: {Names()}");

    /// <summary>The family of a GGUF architecture.</summary>
    /// <exception cref="UnsupportedModelException">There is none.</exception>
    public static Architecture FindGguf(string name) =>
        All.FirstOrDefault(a => a.Key.Gguf == name && a.Gguf is not null)
        ?? throw new UnsupportedModelException($"GGUF architecture '{name}' is not supported; supported: {string.Join(", ", All.Where(a => a.Gguf is not null).Select(a => a.Key.Gguf).Distinct())}");

    private static Architecture Enter<T>(ArchitectureAttribute key)
        where T : IArchitecture => new(key, T.Create, T.Gguf);

    private static string Names() => string.Join(", ", All.Select(a => a.Key.ClassName));
}
