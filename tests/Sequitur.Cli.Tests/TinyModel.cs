using System.Text;

namespace Sequitur.Cli.Tests;

/// <summary>A GGUF file of a very small Llama (all weights zero) with a vocabulary of letters, whose keys a test changes.</summary>
internal sealed class TinyModel : IDisposable
{
    private const int Width = 8;
    private const int Alignment = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("sequitur-").FullName;
    private readonly Dictionary<string, object> _keys = new()
    {
        ["general.architecture"] = "llama",
        ["llama.block_count"] = 1u,
        ["llama.embedding_length"] = (uint)Width,
        ["llama.feed_forward_length"] = (uint)Width,
        ["llama.attention.head_count"] = 2u,
        ["llama.attention.head_count_kv"] = 1u,
        ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
        ["llama.context_length"] = 64u,
        ["tokenizer.ggml.model"] = "gpt2",
        ["tokenizer.ggml.tokens"] = Tokens,
        ["tokenizer.ggml.token_type"] = Tokens.Select(t => t.Length == 1 ? 1u : 3u).ToArray(),
        ["tokenizer.ggml.merges"] = Array.Empty<string>(),
        ["tokenizer.ggml.eos_token_id"] = (uint)Tokens.Length - 1,
        ["tokenizer.chat_template"] = "{{ messages[-1].content }}",
    };

    private static string[] Tokens { get; } = [.. "abcdefghijklmnopqrstuvwxyz".Select(c => $"{c}"), "<end>"];

    /// <summary>Changes a key: a string, <c>uint</c>, <c>float</c>, <c>bool</c>, or an array of strings or <c>uint</c>.</summary>
    public TinyModel With(string key, object value)
    {
        _keys[key] = value;
        return this;
    }

    /// <summary>Leaves a key out.</summary>
    public TinyModel Without(string key)
    {
        _keys.Remove(key);
        return this;
    }

    /// <summary>Puts a manifest beside the model.</summary>
    public TinyModel WithManifest(string json)
    {
        File.WriteAllText(Path.Combine(_folder, "manifest.json"), json);
        return this;
    }

    /// <summary>Writes the file and asks it something.</summary>
    public CliResult Run(params string[] options) => CliResult.Of(["run", "hello", "--model", Write(), "--max-tokens", "3", "--threads", "1", .. options]);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Writes the file.</summary>
    /// <returns>Its path.</returns>
    public string Write()
    {
        const string Block = "blk.0.";
        (string Name, int Rows, int Columns)[] tensors =
        [
            ("token_embd.weight", Tokens.Length, Width), ("output_norm.weight", 1, Width), (Block + "attn_norm.weight", 1, Width), (Block + "ffn_norm.weight", 1, Width),
            (Block + "attn_q.weight", Width, Width), (Block + "attn_k.weight", Width / 2, Width), (Block + "attn_v.weight", Width / 2, Width), (Block + "attn_output.weight", Width, Width),
            (Block + "ffn_gate.weight", Width, Width), (Block + "ffn_up.weight", Width, Width), (Block + "ffn_down.weight", Width, Width),
        ];
        var path = Path.Combine(_folder, "tiny.gguf");
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)tensors.Length);
        writer.Write((ulong)_keys.Count);
        foreach (var (key, value) in _keys)
        {
            Text(writer, key);
            Value(writer, value);
        }

        var offset = 0L;
        foreach (var (name, rows, columns) in tensors)
        {
            Text(writer, name);
            long[] sizes = rows == 1 ? [columns] : [columns, rows];
            writer.Write((uint)sizes.Length);
            Array.ForEach(sizes, writer.Write);
            writer.Write(0u);
            writer.Write(offset);
            offset += rows * columns * sizeof(float);
        }

        writer.Write(new byte[(Alignment - (writer.BaseStream.Position % Alignment)) % Alignment + offset]);
        return path;
    }

    private static void Value(BinaryWriter writer, object value)
    {
        writer.Write(TypeOf(value));
        switch (value)
        {
            case Array items:
                writer.Write(items is string[]? 8u : 4u);
                writer.Write((ulong)items.Length);
                foreach (var item in items)
                {
                    Plain(writer, item);
                }

                break;
            default:
                Plain(writer, value);
                break;
        }
    }

    private static uint TypeOf(object value) => value switch { uint => 4, float => 6, bool => 7, string => 8, Array => 9, _ => throw new ArgumentException($"{value}") };

    private static void Plain(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case uint number:
                writer.Write(number);
                break;
            case float number:
                writer.Write(number);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            default:
                Text(writer, (string)value);
                break;
        }
    }

    private static void Text(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
