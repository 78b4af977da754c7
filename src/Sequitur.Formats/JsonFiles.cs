using System.Text.Json;

namespace Sequitur.Formats;

/// <summary>JSON files of unknown origin: bounded in size and depth, and refused with one exception.</summary>
internal static class JsonFiles
{
    /// <summary>Reads a file of at most <paramref name="maxBytes"/>.</summary>
    /// <exception cref="SequiturException">It cannot be read.</exception>
    /// <exception cref="InvalidModelException">It is longer, or not JSON.</exception>
    public static JsonDocument Read(string path, long maxBytes)
    {
        return Parse(ReadBytes(path, maxBytes), path);
    }

    /// <summary>The bytes of a file of at most <paramref name="maxBytes"/>, without the byte order mark.</summary>
    /// <exception cref="SequiturException">It cannot be read.</exception>
    /// <exception cref="InvalidModelException">It is longer.</exception>
    public static ReadOnlyMemory<byte> ReadBytes(string path, long maxBytes)
    {
        using var file = Kernels.Memory.MappedFile.Open(path);
        if (file.Bytes > maxBytes)
        {
            throw new InvalidModelException($"{path}: the file has {file.Bytes} bytes, and {maxBytes} are allowed");
        }

        var bytes = file.Region.AsSpan<byte>().ToArray().AsMemory();
        return bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;
    }

    /// <summary>Parses JSON of at most 64 levels.</summary>
    /// <exception cref="InvalidModelException">It is not JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException problem)
        {
            throw new InvalidModelException($"{path}: not sound JSON: {Quoting.Quote(problem.Message)}", problem);
        }
    }

    /// <summary>A name or string of a document: only now it turns out whether it is text.</summary>
    /// <exception cref="InvalidModelException">It is not UTF-8, or escapes something that is no character.</exception>
    public static string Text(Func<string> read, string path)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException problem)
        {
            throw new InvalidModelException($"{path}: a string is not sound text", problem);
        }
    }
}
