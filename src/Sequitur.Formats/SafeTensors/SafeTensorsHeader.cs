using System.Text.Json;
using System.Text.Unicode;

namespace Sequitur.Formats.SafeTensors;

/// <summary>Reads the JSON head of a safetensors file, token by token, so that memory follows what is there and not what is claimed.</summary>
internal ref struct SafeTensorsHeader
{
    /// <summary>The longest head that the format allows.</summary>
    public const int MaxBytes = 100_000_000;

    private const int MaxTensors = 1 << 18;
    private const int MaxRank = 16;
    private const int MaxMetadata = 1 << 16;

    private readonly string _path;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private Utf8JsonReader _json;

    private SafeTensorsHeader(ReadOnlySpan<byte> head, string path)
    {
        _path = path;
        _json = new(head, new JsonReaderOptions { MaxDepth = 8 });
    }

    /// <summary>Reads a head.</summary>
    /// <exception cref="InvalidModelException">It is not JSON, or not what the format wants.</exception>
    public static (Dictionary<string, Entry> Entries, Dictionary<string, string> Metadata) Read(ReadOnlySpan<byte> head, string path)
    {
        if (head.Length == 0 || head[0] != '{' || !Utf8.IsValid(head))
        {
            throw new InvalidModelException($"{path}: the head is no JSON object in UTF-8: the file is damaged or no safetensors file");
        }

        var header = new SafeTensorsHeader(head, path);
        try
        {
            header.ReadAll();
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape that is no character
            throw new InvalidModelException($"{path}: the head is not sound JSON: {Quoting.Quote(problem.Message)}", problem);
        }

        return (header._entries, header._metadata);
    }

    private void ReadAll()
    {
        _json.Read();
        while (NextProperty() is { } name)
        {
            if (name == "__metadata__")
            {
                ReadMetadata();
            }
            else if (name.Length == 0 || _entries.Count == MaxTensors || !_entries.TryAdd(name, ReadEntry($"tensor {Quoting.Quote(name)}")))
            {
                throw Damaged(name.Length == 0 ? "a tensor has no name" : _entries.Count == MaxTensors
                    ? $"there are more than {MaxTensors} tensors" : $"tensor {Quoting.Quote(name)} stands there twice");
            }
        }

        // finds anything but white space behind the object
        _json.Read();
    }

    private void ReadMetadata()
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Require(JsonTokenType.StartObject, "__metadata__", "an object");
        while (NextProperty() is { } key)
        {
            _json.Read();
            Require(JsonTokenType.String, $"__metadata__ {Quoting.Quote(key)}", "a string");
            if (_metadata.Count == MaxMetadata || !_metadata.TryAdd(key, _json.GetString()!))
            {
                throw Damaged($"the metadata key {Quoting.Quote(key)} stands there twice, or there are more than {MaxMetadata}");
            }
        }
    }

    private Entry ReadEntry(string shown)
    {
        _json.Read();
        Require(JsonTokenType.StartObject, shown, "an object");
        string? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (NextProperty() is { } field)
        {
            _json.Read();
            switch (field)
            {
                case "dtype" when type is null:
                    Require(JsonTokenType.String, $"the dtype of {shown}", "a string");
                    type = _json.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(shown, "shape", MaxRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(shown, "data_offsets", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Damaged($"{shown} has two fields {field}");
                default:
                    _json.Skip();
                    break;
            }
        }

        return type is not null && shape is not null && offsets is { Length: 2 }
            ? new(type, shape, offsets[0], offsets[1])
            : throw Damaged($"{shown} lacks dtype, shape or two data_offsets");
    }

    private long[] ReadNumbers(string shown, string field, int most)
    {
        Require(JsonTokenType.StartArray, $"the {field} of {shown}", "a list");
        Span<long> numbers = stackalloc long[MaxRank];
        var count = 0;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (count == most || _json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out numbers[count]) || numbers[count] < 0)
            {
                throw Damaged($"the {field} of {shown} must be at most {most} whole numbers from 0 on");
            }

            count++;
        }

        return numbers[..count].ToArray();
    }

    /// <summary>The next property of the object that is being read, or null at its end.</summary>
    private string? NextProperty()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.PropertyName ? _json.GetString() : null;
    }

    private readonly void Require(JsonTokenType type, string what, string wanted)
    {
        if (_json.TokenType != type)
        {
            throw Damaged($"{what} must be {wanted}");
        }
    }

    private readonly InvalidModelException Damaged(string what) => new($"{_path}: {what}: the file is damaged");

    /// <summary>What the head says about a tensor; offsets count from the end of the head.</summary>
    public sealed record Entry(string Type, long[] Shape, long Begin, long End);
}
