using Sequitur.Kernels;

namespace Sequitur.Cli;

/// <summary>The formats that keys and values are kept in, by the words that users write.</summary>
internal static class CacheFormats
{
    private static readonly Dictionary<string, ElementType> All = new() { ["f32"] = ElementType.F32, ["f16"] = ElementType.F16, ["q8_0"] = ElementType.Q8_0 };

    /// <summary>The words, the largest format first.</summary>
    public static string[] Words { get; } = [.. All.Keys];

    /// <summary>The format of one of the <see cref="Words"/>; null for null.</summary>
    public static ElementType? Of(string? word) => word is null ? null : All[word];

    /// <summary>The word of a format; null for null.</summary>
    public static string? WordOf(ElementType? format) => format is { } one ? All.First(pair => pair.Value == one).Key : null;
}
