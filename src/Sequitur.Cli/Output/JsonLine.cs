using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sequitur.Cli.Output;

/// <summary>One JSON object on a line, with its schema's name and version in front. New keys may come within a version; what is there keeps its meaning.</summary>
public sealed class JsonLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Begins an object.</summary>
    /// <param name="schema">Its schema: <c>sequitur.run</c>.</param>
    /// <param name="version">The schema's version.</param>
    public JsonLine(string schema, int version)
    {
        Json = new Utf8JsonWriter(_bytes, Options);
        Json.WriteStartObject();
        Json.WriteString("schema", schema);
        Json.WriteNumber("version", version);
    }

    /// <summary>Writes the object's keys.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Ends the object and writes it.</summary>
    public void WriteTo(ResultStream output) => output.Write(End());

    /// <summary>Ends the object.</summary>
    /// <returns>Its line in UTF-8.</returns>
    public ReadOnlySpan<byte> End()
    {
        Json.WriteEndObject();
        Json.Dispose();
        _bytes.Write("\n"u8);
        return _bytes.WrittenSpan;
    }
}
