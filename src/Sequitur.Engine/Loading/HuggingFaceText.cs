using System.Text;
using Sequitur.Formats.HuggingFace;
using Sequitur.Tensors.Weights;
using Sequitur.Tokenizers;
using Sequitur.Tokenizers.HuggingFace;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine.Loading;

/// <summary>
/// Vocabulary, template and special tokens out of a directory as Hugging Face lays it out: <c>tokenizer.json</c>, and beside it, where they are there, <c>tokenizer_config.json</c>,
/// <c>special_tokens_map.json</c>, <c>chat_template.jinja</c> and <c>generation_config.json</c>.
/// </summary>
internal static class HuggingFaceText
{
    private const string TemplateKey = "chat_template";
    private const string TemplateFile = "chat_template.jinja";
    private const long MaxTemplateBytes = 2 << 20;

    /// <summary>Reads them.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="model">The model's own configuration, which names end tokens where nothing else does.</param>
    /// <exception cref="InvalidModelException">A file is damaged, or names a token that is none.</exception>
    /// <exception cref="UnsupportedModelException">There is no <c>tokenizer.json</c>, or it uses something that is not supported.</exception>
    public static TextParts Read(string directory, ModelConfig model)
    {
        var path = Path.Combine(directory, TokenizerJson.FileName);
        if (!File.Exists(path))
        {
            throw new UnsupportedModelException($"{directory} has no {TokenizerJson.FileName}: other forms of tokenizers beside safetensors are not supported");
        }

        var file = TokenizerJson.Load(path);
        var config = Optional(directory, "tokenizer_config.json");
        var specials = SpecialTokens([Optional(directory, "special_tokens_map.json"), config]);
        return new TextParts
        {
            Origin = path,
            Tokenizer = file.Bpe,
            Template = Template(directory, config),
            SpecialTokens = specials.ToDictionary(special => special.Key, special => (object?)special.Value.Text),
            BeginToken = Begin(file, config, specials),
            StopIds = Stops(Optional(directory, "generation_config.json"), model, specials, file.Bpe),
        };
    }

    private static ModelConfig? Optional(string directory, string name) =>
        File.Exists(Path.Combine(directory, name)) ? HuggingFaceConfig.Load(Path.Combine(directory, name)) : null;

    // "bos_token": "<s>", or { "content": "<s>", … }. The later file counts.
    private static Dictionary<string, (string Text, string Origin)> SpecialTokens(IEnumerable<ModelConfig?> files)
    {
        var found = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        foreach (var config in files.OfType<ModelConfig>())
        {
            foreach (var key in config.Keys.Where(key => key.EndsWith("_token", StringComparison.Ordinal) && config.Has(key)))
            {
                if (config.IsString(key))
                {
                    found[key] = (config.GetString(key), $"{key} in {config.Origin}");
                }
                else if (!key.StartsWith("add_", StringComparison.Ordinal) && config.TryGetObject(key, out var token))
                {
                    found[key] = (token.GetString("content"), $"{key} in {config.Origin}");
                }
            }
        }

        return found;
    }

    private static ChatTemplate? Template(string directory, ModelConfig? config)
    {
        var path = Path.Combine(directory, TemplateFile);
        if (File.Exists(path))
        {
            return TextParts.ParseTemplate(ReadTemplate(path), path);
        }

        if (config is null || !config.Has(TemplateKey))
        {
            return null;
        }

        // Several templates have names; the one for conversations is the default.
        var source = config.IsString(TemplateKey) ? config.GetString(TemplateKey)
            : config.GetObjectList(TemplateKey).FirstOrDefault(template => template.GetString("name") == "default")?.GetString("template");
        return source is null ? null : TextParts.ParseTemplate(source, $"{TemplateKey} in {config.Origin}");
    }

    private static string ReadTemplate(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxTemplateBytes
                ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path))
                : throw new InvalidModelException($"{path} has more than {MaxTemplateBytes} bytes");
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidModelException($"{path} is not UTF-8", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SequiturException($"{path} cannot be read: {problem.Message}", problem);
        }
    }

    // add_bos_token decides where it is said; else the tokenizer's own post-processor does.
    private static int? Begin(HuggingFaceTokenizer file, ModelConfig? config, Dictionary<string, (string Text, string Origin)> specials)
    {
        if (config is not null && config.Has("add_bos_token"))
        {
            return !config.GetBool("add_bos_token") ? null
                : specials.TryGetValue("bos_token", out var begin) ? Id(begin, file.Bpe)
                : throw new InvalidModelException($"add_bos_token in {config.Origin} is true, and there is no bos_token");
        }

        return file.Prefix.Count switch
        {
            0 => null,
            1 => file.Prefix[0],
            _ => throw new UnsupportedModelException($"{config?.Origin ?? TokenizerJson.FileName}: a prompt that begins with {file.Prefix.Count} tokens is not supported"),
        };
    }

    private static int[] Stops(ModelConfig? generation, ModelConfig model, Dictionary<string, (string Text, string Origin)> specials, ByteLevelBpe tokenizer)
    {
        var source = generation?.Has("eos_token_id") == true ? generation : model;
        var listed = EndTokens.OfConfig(source, tokenizer.Vocabulary.Count);
        return [.. listed.Concat(specials.TryGetValue("eos_token", out var end) ? [Id(end, tokenizer)] : []).Distinct()];
    }

    private static int Id((string Text, string Origin) token, ByteLevelBpe tokenizer) =>
        tokenizer.Vocabulary.TryGetId(token.Text, out var id) ? id : throw new InvalidModelException($"{token.Origin} is no token of the vocabulary");
}
