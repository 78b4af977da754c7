using System.Text;
using System.Text.Json;

namespace Sequitur.Tokenizers.HuggingFace;

/// <summary>The <c>model</c> of type BPE and the <c>added_tokens</c>: what ids there are.</summary>
internal static class BpeModelReader
{
    // Ids may have holes (rows that only fill up a table), but a short file cannot ask for a long table.
    private const int MostHoles = 1 << 16;

    /// <summary>The model, if it is a BPE that is supported.</summary>
    /// <exception cref="InvalidModelException">It is missing or malformed.</exception>
    /// <exception cref="UnsupportedModelException">It is another kind of model, or uses an option that is not supported.</exception>
    public static KeyedJson CheckKind(KeyedJson root)
    {
        KeyedJson model = root.Get("model");

        // Older files do not say what they are; only BPE has merges.
        string type = model.Find("type")?.Text() ?? (model.Find("merges") is not null ? "BPE" : throw new InvalidModelException($"model.type is missing in {root.File}"));
        if (type != "BPE")
        {
            throw model.Unsupported($"a tokenizer of the type {KeyedJson.Quote(type)}");
        }

        if (model.Find("dropout") is { } dropout && !(dropout.Value.ValueKind == JsonValueKind.Number && dropout.Value.GetDouble() == 0))
        {
            throw dropout.Unsupported("leaving out merges at random");
        }

        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.Find(affix) is { } text && text.Text().Length > 0)
            {
                throw text.Unsupported("marking the inside or the end of words");
            }
        }

        return model;
    }

    /// <summary>The vocabulary, and the tokens that are found by name.</summary>
    /// <exception cref="InvalidModelException">An id or a string stands there twice, an id is impossible, or a merge names a piece that is no token.</exception>
    /// <exception cref="UnsupportedModelException">The model falls back on bytes although bytes are missing.</exception>
    public static (BpeVocabulary Vocabulary, IReadOnlyList<AddedToken> Added) Read(KeyedJson model, KeyedJson? addedTokens)
    {
        KeyedJson vocab = model.Get("vocab");
        Dictionary<string, int> ids = ReadVocab(vocab);
        int pieces = ids.Count;
        var added = new List<AddedToken>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (KeyedJson item in addedTokens?.Items() ?? [])
        {
            AddedToken token = ReadAdded(item);
            if (!ids.TryAdd(token.Content, token.Id) && ids[token.Content] != token.Id)
            {
                throw item.Get("id").Wrong($"{ids[token.Content]}, the id that {KeyedJson.Quote(token.Content)} has before");
            }

            if (!names.Add(token.Content))
            {
                throw item.Get("content").Wrong($"new: {KeyedJson.Quote(token.Content)} stands there twice");
            }

            added.Add(token);
        }

        (string?[] tokens, TokenType[] types) = ToTable(ids, vocab, added);
        bool[] isPiece = new bool[tokens.Length];
        foreach ((string _, int id) in ids.Take(pieces))
        {
            isPiece[id] = true;
        }

        try
        {
            var vocabulary = new BpeVocabulary(tokens, types, isPiece, ReadMerges(model.Get("merges")));
            bool isComplete = Enumerable.Range(0, 256).All(value => vocabulary.IdOfByte((byte)value) >= 0);
            return isComplete || !model.Flag("byte_fallback", false)
                ? (vocabulary, added)
                : throw model.Get("byte_fallback").Unsupported("byte_fallback in a byte-level vocabulary that lacks bytes");
        }
        catch (InvalidModelException problem) when (!problem.Message.Contains(model.File, StringComparison.Ordinal))
        {
            throw new InvalidModelException($"model in {model.File}: {problem.Message}", problem);
        }
    }

    /// <summary>The token for bytes that have none, if the model names one.</summary>
    /// <exception cref="InvalidModelException">It is no token.</exception>
    public static int? Unknown(KeyedJson model, BpeVocabulary vocabulary) =>
        model.Find("unk_token") is not { } name ? null : vocabulary.TryGetId(name.Text(), out int id) ? id : throw name.Wrong("a token of the vocabulary");

    private static Dictionary<string, int> ReadVocab(KeyedJson vocab)
    {
        if (vocab.Value.ValueKind != JsonValueKind.Object)
        {
            throw vocab.Wrong("an object of tokens and their ids");
        }

        var ids = new Dictionary<string, int>(vocab.Value.GetPropertyCount(), StringComparer.Ordinal);
        foreach (JsonProperty pair in vocab.Value.EnumerateObject())
        {
            string token = Name(pair, vocab);
            if (pair.Value.ValueKind != JsonValueKind.Number || !pair.Value.TryGetInt32(out int id) || id < 0)
            {
                throw new InvalidModelException($"{vocab.Key} in {vocab.File}: the id of {KeyedJson.Quote(token)} must be a whole number from 0");
            }

            if (!ids.TryAdd(token, id))
            {
                throw new InvalidModelException($"{vocab.Key} in {vocab.File}: the token {KeyedJson.Quote(token)} stands there twice");
            }
        }

        return ids;
    }

    private static string Name(JsonProperty pair, KeyedJson vocab)
    {
        try
        {
            return pair.Name;
        }
        catch (InvalidOperationException)
        {
            throw vocab.Wrong("an object whose names are sound text");
        }
    }

    private static AddedToken ReadAdded(KeyedJson item) => new(item.Get("id").Id(), item.Get("content").Text(), item.Flag("special", false))
    {
        IsLate = item.Flag("normalized", true),
        StripsLeft = item.Flag("lstrip", false),
        StripsRight = item.Flag("rstrip", false),
        IsSingleWord = item.Flag("single_word", false),
    };

    private static (string?[] Tokens, TokenType[] Types) ToTable(Dictionary<string, int> ids, KeyedJson vocab, List<AddedToken> added)
    {
        int count = 0;
        foreach ((string token, int id) in ids)
        {
            count = id < ids.Count + MostHoles ? Math.Max(count, id + 1)
                : throw new InvalidModelException($"{vocab.Key} or added_tokens in {vocab.File}: the id {id} of {KeyedJson.Quote(token)} is out of range for {ids.Count} tokens");
        }

        var tokens = new string?[count];
        var types = new TokenType[count];
        Array.Fill(types, TokenType.Unused);
        foreach ((string token, int id) in ids)
        {
            if (tokens[id] is { } other)
            {
                throw new InvalidModelException($"{vocab.Key} or added_tokens in {vocab.File}: {KeyedJson.Quote(other)} and {KeyedJson.Quote(token)} both have the id {id}");
            }

            (tokens[id], types[id]) = (token, TokenType.Normal);
        }

        foreach (AddedToken token in added)
        {
            types[token.Id] = token.IsControl ? TokenType.Control : TokenType.UserDefined;
        }

        return (tokens, types);
    }

    // "left right" in older files, ["left", "right"] in newer ones.
    private static List<BpeMerge> ReadMerges(KeyedJson merges)
    {
        var read = new List<BpeMerge>();
        foreach (KeyedJson merge in merges.Items())
        {
            if (merge.Value.ValueKind == JsonValueKind.String)
            {
                read.Add(BpeMerge.Parse(Encoding.UTF8.GetBytes(merge.Text()), read.Count));
                continue;
            }

            read.Add(merge.Value.ValueKind == JsonValueKind.Array && merge.Value.GetArrayLength() == 2
                ? new BpeMerge(Part(merge, 0), Part(merge, 1))
                : throw merge.Wrong("two pieces: a string with a space between them, or a list"));
        }

        return read;
    }

    private static byte[] Part(KeyedJson merge, int i) => Encoding.UTF8.GetBytes(new KeyedJson(merge.Value[i], $"{merge.Key}[{i}]", merge.File).Text());
}
