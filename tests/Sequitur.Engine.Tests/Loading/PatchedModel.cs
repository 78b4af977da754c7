using System.Buffers.Binary;
using System.Text;
using Sequitur.Engine.Loading;
using Sequitur.Engine.Tests.Hostile;

namespace Sequitur.Engine.Tests.Loading;

/// <summary>A GGUF file of the reference data with further metadata keys, or other values of its own.</summary>
internal sealed class PatchedModel : IDisposable
{
    private const int FirstKey = 24;
    private const int KeyCount = 16;
    private const int Alignment = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("sequitur-").FullName;
    private readonly List<(string Key, object Value)> _keys = [];
    private readonly byte[] _file;

    public PatchedModel(string name) => _file = File.ReadAllBytes(Path.Combine(TestTree.Conformance, "gguf", "models", name));

    /// <summary>Adds a key: a string, <c>uint</c> or <c>float</c>.</summary>
    public PatchedModel With(string key, object value)
    {
        _keys.Add((key, value));
        return this;
    }

    /// <summary>Changes a key of 32 bits that the file has.</summary>
    public PatchedModel Set(string key, uint value)
    {
        var at = _file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key));
        at.ShouldBeGreaterThan(0, $"{key} is not there");
        BinaryPrimitives.WriteUInt32LittleEndian(_file.AsSpan(at + key.Length + sizeof(uint)), value);
        return this;
    }

    /// <summary>Writes the file and opens it.</summary>
    public LoadedModel Load()
    {
        // One more key fills up to the alignment, so that the tensors' data moves by whole steps.
        var added = Keys(_keys);
        const string Filler = "general.description";
        var text = (Alignment - ((added.Length + Keys([(Filler, "")]).Length) % Alignment)) % Alignment;
        added = Keys([.. _keys, (Filler, new string('-', text))]);

        var path = Path.Combine(_folder, "model.gguf");
        BinaryPrimitives.WriteUInt64LittleEndian(_file.AsSpan(KeyCount), BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(KeyCount)) + (ulong)_keys.Count + 1);
        File.WriteAllBytes(path, [.. _file[..FirstKey], .. added, .. _file[FirstKey..]]);
        return ModelLoader.Load(path);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Keys(IEnumerable<(string Key, object Value)> keys)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        foreach (var (key, value) in keys)
        {
            Text(writer, key);
            switch (value)
            {
                case string text:
                    writer.Write(8u);
                    Text(writer, text);
                    break;
                case uint number:
                    writer.Write(4u);
                    writer.Write(number);
                    break;
                default:
                    writer.Write(6u);
                    writer.Write((float)value);
                    break;
            }
        }

        writer.Flush();
        return memory.ToArray();
    }

    private static void Text(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
