namespace Sequitur.Kernels.Formats;

/// <summary>Registers a <see cref="BlockFormat"/> (a public class with a parameterless constructor) in <see cref="BlockFormats"/>.</summary>
/// <param name="name">The name that files and users write, such as <c>Q4_1</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BlockFormatAttribute(string name) : Attribute
{
    /// <summary>The name that files and users write, such as <c>Q4_1</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The tensor type's number in GGUF files, or −1 where GGUF has none.</summary>
    public int GgufType { get; init; } = -1;
}
