using System.Text;
using Sequitur.Formats.Gguf;

namespace Sequitur.Conformance.Tests.Formats;

/// <summary>A GGUF file of one row of blocks.</summary>
internal sealed class FormatFile : IDisposable
{
    public const string Tensor = "blk.0.ffn_up.weight";
    private const int Alignment = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("sequitur-").FullName;

    public FormatFile(string type, int typeId, byte[] blocks)
    {
        Columns = blocks.Length / GgmlType.Find(type)!.BlockBytes * GgmlType.Find(type)!.BlockSize;
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write(1UL);
        writer.Write(0UL);
        writer.Write((ulong)Tensor.Length);
        writer.Write(Encoding.UTF8.GetBytes(Tensor));
        writer.Write(1u);
        writer.Write((ulong)Columns);
        writer.Write((uint)typeId);
        writer.Write(0UL);
        writer.Write(new byte[(Alignment - (memory.Length % Alignment)) % Alignment]);
        writer.Write(blocks);
        writer.Write(new byte[(Alignment - (memory.Length % Alignment)) % Alignment]);
        File.WriteAllBytes(Path, memory.ToArray());
    }

    public int Columns { get; }

    public string Path => System.IO.Path.Combine(_folder, "model.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
