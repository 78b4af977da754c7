namespace Sequitur.Kernels.Formats;

/// <summary>A registered format.</summary>
/// <param name="Format">The format.</param>
/// <param name="GgufType">GGUF's number of the tensor type, or −1.</param>
public sealed record RegisteredFormat(BlockFormat Format, int GgufType);

/// <summary>All formats of weights that there are: the classes marked with <see cref="BlockFormatAttribute"/>.</summary>
[Registry(typeof(BlockFormatAttribute))]
public static partial class BlockFormats
{
    /// <summary>The format of a name such as <c>Q4_1</c> (capitals do not matter), or null.</summary>
    public static BlockFormat? Find(string name) =>
        All.FirstOrDefault(entry => string.Equals(entry.Format.Name, name, StringComparison.OrdinalIgnoreCase))?.Format;

    /// <summary>The format of a GGUF tensor type, or null.</summary>
    public static BlockFormat? FindGguf(int type) => type < 0 ? null : All.FirstOrDefault(entry => entry.GgufType == type)?.Format;

    private static RegisteredFormat Enter<T>(BlockFormatAttribute key)
        where T : BlockFormat, new() => new(new T(), key.GgufType);
}
