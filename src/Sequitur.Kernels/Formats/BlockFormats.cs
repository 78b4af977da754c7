namespace Sequitur.Kernels.Formats;

/// <summary>All formats of weights that there are: the classes marked with <see cref="BlockFormatAttribute"/>.</summary>
public static partial class BlockFormats
{
    private static readonly Entry[] Entries = List();

    /// <summary>Every format, in the order of registration.</summary>
    public static IReadOnlyList<BlockFormat> All { get; } = [.. Entries.Select(entry => entry.Format)];

    /// <summary>The format of a name such as <c>Q4_1</c> (capitals do not matter), or null.</summary>
    public static BlockFormat? Find(string name) =>
        Entries.FirstOrDefault(entry => string.Equals(entry.Format.Name, name, StringComparison.OrdinalIgnoreCase)).Format;

    /// <summary>The format of a GGUF tensor type, or null.</summary>
    public static BlockFormat? FindGguf(int type) => type < 0 ? null : Entries.FirstOrDefault(entry => entry.GgufType == type).Format;

    private readonly record struct Entry(BlockFormat Format, int GgufType);
}
