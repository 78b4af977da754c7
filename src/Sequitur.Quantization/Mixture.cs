using System.Globalization;
using System.Text.RegularExpressions;
using Sequitur.Kernels.Formats;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization;

/// <summary>
/// Which format each matrix has in llama.cpp's mixtures Q4_K_M and Q5_K_M (its <c>src/llama-quant.cpp</c>, without importances and overrides): most have the mixture's own; the head, and in some layers
/// the values of attention and the way down of feed-forwards, have Q6_K. Models of 8 experts, of 80 layers with grouped heads, and Falcon have exceptions.
/// </summary>
internal sealed partial class Mixture
{
    private const int SmallExperts = 8;
    private const int LayersOf70B = 80;

    private static readonly BlockFormat Q4 = BlockFormats.Find("Q4_K")!;
    private static readonly BlockFormat Q5 = BlockFormats.Find("Q5_K")!;
    private static readonly BlockFormat Q6 = BlockFormats.Find("Q6_K")!;
    private static readonly BlockFormat Q8 = BlockFormats.Find("Q8_0")!;

    private readonly BlockFormat _format;
    private readonly bool _isTied;
    private readonly bool _isFalcon;
    private readonly bool _is70B;
    private readonly long _experts;
    private readonly long _layers;
    private readonly Dictionary<string, int> _values;
    private readonly Dictionary<string, int> _downs;

    /// <summary>The rule for a model.</summary>
    /// <param name="source">The model.</param>
    /// <param name="format">The format of most matrices: Q4_K or Q5_K.</param>
    public Mixture(ConversionSource source, BlockFormat format)
    {
        _format = format;
        var keys = source.Metadata.ToDictionary(pair => pair.Key, pair => pair.Value);
        var architecture = keys.TryGetValue(GgufNames.Architecture, out var named) && named.TryGetString(out var text) ? text : "";
        long Number(string key, long otherwise) => keys.TryGetValue($"{architecture}.{key}", out var value) && value.TryGetInteger(out var number) ? (long)number : otherwise;
        var weights = source.Tensors.Where(tensor => tensor.IsMatrix).ToArray();
        _isTied = source.Tensors.All(tensor => tensor.Name != GgufNames.Head);
        _values = Ranks(weights, Role.Value);
        _downs = Ranks(weights, Role.Down);
        _layers = Number("block_count", _downs.Count);
        _experts = Number("expert_count", 0);
        _isFalcon = architecture == "falcon";
        var heads = Number("attention.head_count", 0);
        _is70B = _layers == LayersOf70B && _experts != SmallExperts && (architecture == "qwen2" || (architecture == "llama" && Number("attention.head_count_kv", heads) != heads));
    }

    private enum Role
    {
        Other,
        Head,
        Value,
        Key,
        Output,
        Down,
    }

    /// <summary>The format of a matrix, whether its rows fit or not.</summary>
    public BlockFormat Choose(SourceTensor tensor) => RoleOf(tensor.Name) switch
    {
        Role.Head => _isFalcon ? Q8 : Q6,
        Role.Value when _experts == SmallExperts => Q8,
        Role.Value when UsesMoreBits(_values[tensor.Name], _values.Count) => Q6,
        Role.Value when _is70B && _format == Q4 => Q5,
        Role.Key when _experts == SmallExperts => Q8,
        Role.Output when _experts == SmallExperts && _format == Q4 && !_isFalcon => Q5,
        Role.Down when _isFalcon && _format == Q4 => Layer(tensor) < _layers / 16 ? Q6 : UsesMoreBits(Layer(tensor), _layers) ? Q5 : Q4,
        Role.Down when UsesMoreBits(Layer(tensor), _layers) => Q6,
        _ => _format,
    };

    [GeneratedRegex("^blk\\.([0-9]{1,9})\\.", RegexOptions.CultureInvariant)]
    private static partial Regex LayerName();

    // The first and the last eighth of the layers, and every third between.
    private static bool UsesMoreBits(long layer, long layers) => layer < layers / 8 || layer >= 7 * layers / 8 || (layer - (layers / 8)) % 3 == 2;

    // The place among its like, in the order of layers and then of names.
    private Dictionary<string, int> Ranks(IEnumerable<SourceTensor> weights, Role role) => weights.Where(tensor => RoleOf(tensor.Name) == role)
        .OrderBy(tensor => NamedLayer(tensor.Name)).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
        .Select((tensor, rank) => (tensor.Name, rank)).ToDictionary(pair => pair.Name, pair => pair.rank);

    private static long NamedLayer(string name) => LayerName().Match(name) is { Success: true } match ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : -1;

    // A layer with experts may have several ways down, so that its name says which it is.
    private long Layer(SourceTensor tensor) => _experts > 1 ? NamedLayer(tensor.Name) : _downs[tensor.Name];

    private Role RoleOf(string name)
    {
        bool Has(string part) => name.Contains(part, StringComparison.Ordinal);
        return name switch
        {
            GgufNames.Head => Role.Head,
            GgufNames.TokenEmbedding or GgufNames.LayerEmbedding => _isTied ? Role.Head : Role.Other,
            _ when Has("attn_qkv.weight") || Has("attn_kv_b.weight") || Has("attn_v.weight") => Role.Value,
            _ when Has("attn_k.weight") => Role.Key,
            _ when Has("attn_output.weight") => Role.Output,
            _ when Has("ffn_down") => Role.Down,
            _ => Role.Other,
        };
    }
}
