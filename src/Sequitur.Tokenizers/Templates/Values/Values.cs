using System.Collections;
using System.Globalization;
using System.Numerics;

namespace Sequitur.Tokenizers.Templates;

/// <summary>
/// What holds for all values. A value is null (Python's None), bool, <see cref="BigInteger"/>, double, <see cref="Text"/>,
/// <see cref="ListValue"/>, <see cref="DictValue"/>, <see cref="NamespaceValue"/>, <see cref="Undefined"/> or something callable.
/// </summary>
internal static class Values
{
    private const int MaxInputDepth = 100;

    public static object Int(long value) => new BigInteger(value);

    /// <summary>A caller's object as a value: strings, numbers, booleans, null, string-keyed dictionaries and sequences of these.</summary>
    /// <exception cref="ArgumentException">Something else, or nested too deep.</exception>
    public static object? From(object? value, bool trusted, int depth = 0)
    {
        if (depth > MaxInputDepth)
        {
            throw new ArgumentException($"A template variable is nested deeper than {MaxInputDepth} levels.", nameof(value));
        }

        switch (value)
        {
            case null or bool or double or BigInteger:
                return value;
            case string text:
                return Text.Of(text, trusted);
            case float number:
                return (double)number;
            case decimal number:
                return (double)number;
            case int or long or short or byte or uint or ulong or ushort or sbyte:
                return BigInteger.Parse(Convert.ToString(value, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture);
            case IEnumerable<KeyValuePair<string, object?>> pairs:
                var dict = new DictValue();
                foreach ((string key, object? item) in pairs)
                {
                    dict.Set(Text.Of(key, trusted), From(item, trusted, depth + 1));
                }

                return dict;
            case IEnumerable items:
                return new ListValue([.. items.Cast<object?>().Select(item => From(item, trusted, depth + 1))]);
            default:
                throw new ArgumentException($"A template variable cannot be a {value.GetType().Name}.", nameof(value));
        }
    }

    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        BigInteger => "int",
        double => "float",
        Text => "str",
        ListValue { Kind: ListKind.List } => "list",
        ListValue { Kind: ListKind.Tuple } => "tuple",
        ListValue => "range",
        DictValue => "dict",
        NamespaceValue => "namespace",
        Undefined => "Undefined",
        Function => "function",
        _ => value.GetType().Name.Replace("Value", "", StringComparison.Ordinal),
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        Text text => text.Length > 0,
        ListValue list => list.Items.Count > 0,
        DictValue dict => dict.Count > 0,
        _ => true,
    };

    public static bool AreEqual(object? left, object? right)
    {
        if (IsNumber(left) && IsNumber(right))
        {
            return left is double || right is double ? CompareMixed(left!, right!) == 0 : AsInteger(left) == AsInteger(right);
        }

        return (left, right) switch
        {
            (null, null) => true,
            (Undefined, Undefined) => true,
            (Text a, Text b) => a.Length == b.Length && string.Equals(a.Value, b.Value, StringComparison.Ordinal),
            (ListValue a, ListValue b) => a.Kind == b.Kind && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => AreEqual(pair.First, pair.Second)),
            (DictValue a, DictValue b) => a.Count == b.Count && a.Entries.All(entry => b.TryGet(entry.Key, out object? other) && AreEqual(entry.Value, other)),
            _ => ReferenceEquals(left, right),
        };
    }

    public static int Hash(object? value) => value switch
    {
        null => 0,
        bool truth => new BigInteger(truth ? 1 : 0).GetHashCode(),
        BigInteger number => number.GetHashCode(),
        double number when number == Math.Floor(number) && double.IsFinite(number) => new BigInteger(number).GetHashCode(),
        Text text => string.GetHashCode(text.Value, StringComparison.Ordinal),
        ListValue { Kind: ListKind.Tuple } tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, Hash(item))),
        ListValue or DictValue => throw TemplateFailure.Runtime($"unhashable type: '{TypeName(value)}'"),
        Undefined => 1,
        _ => value.GetHashCode(),
    };

    /// <summary>−1, 0 or 1 as Python orders two values; 2 if one is not a number.</summary>
    /// <exception cref="TemplateFailure">Python does not order them.</exception>
    public static int Compare(object? left, object? right, string @operator = "<")
    {
        if (IsNumber(left) && IsNumber(right))
        {
            return left is double || right is double ? CompareMixed(left!, right!) : Math.Sign(AsInteger(left).CompareTo(AsInteger(right)));
        }

        switch (left, right)
        {
            case (Text a, Text b):
                return CompareTexts(a.Value, b.Value);
            case (ListValue a, ListValue b) when a.Kind == b.Kind && a.Kind != ListKind.Range:
                for (int i = 0; i < Math.Min(a.Items.Count, b.Items.Count); i++)
                {
                    if (!AreEqual(a.Items[i], b.Items[i]))
                    {
                        return Compare(a.Items[i], b.Items[i], @operator);
                    }
                }

                return a.Items.Count.CompareTo(b.Items.Count);
            case (Undefined undefined, _):
                throw undefined.Failure();
            case (_, Undefined undefined):
                throw undefined.Failure();
            default:
                throw TemplateFailure.Runtime($"'{@operator}' not supported between instances of '{TypeName(left)}' and '{TypeName(right)}'");
        }
    }

    public static bool IsNumber(object? value) => value is bool or BigInteger or double;

    /// <summary>The value as an integer, or false for anything but integers and booleans.</summary>
    public static bool TryInteger(object? value, out BigInteger integer)
    {
        integer = value switch { BigInteger number => number, true => BigInteger.One, _ => BigInteger.Zero };
        return value is BigInteger or bool;
    }

    /// <summary>A small integer: an index, a width, a count.</summary>
    public static int ToInt(object? value)
    {
        if (value is Undefined undefined)
        {
            throw undefined.Failure();
        }

        if (!TryInteger(value, out BigInteger integer))
        {
            throw TemplateFailure.Runtime($"'{TypeName(value)}' object cannot be interpreted as an integer");
        }

        return (int)BigInteger.Clamp(integer, -int.MaxValue, int.MaxValue);
    }

    public static double ToDouble(object? value) => value switch
    {
        double number => number,
        BigInteger number => (double)number,
        bool truth => truth ? 1 : 0,
        Undefined undefined => throw undefined.Failure(),
        _ => throw TemplateFailure.Runtime($"must be a number, not {TypeName(value)}"),
    };

    /// <summary>The items that a loop over the value sees.</summary>
    public static IReadOnlyList<object?> Iterate(object? value) => value switch
    {
        ListValue list => list.Items,
        DictValue dict => [.. dict.Keys],
        Text text => Characters(text),
        Undefined => [],
        _ => throw TemplateFailure.Runtime($"'{TypeName(value)}' object is not iterable"),
    };

    public static bool Contains(object? container, object? item) => container switch
    {
        Text text when item is Text part => TextSearch.IndexOf(text.Value, part.Value) >= 0,
        Text => throw TemplateFailure.Runtime($"'in <string>' requires string as left operand, not {TypeName(item)}"),
        DictValue dict => dict.TryGet(item, out _),
        ListValue or Undefined => Iterate(container).Any(other => AreEqual(other, item)),
        _ => throw TemplateFailure.Runtime($"argument of type '{TypeName(container)}' is not iterable"),
    };

    /// <summary>The characters (code points) of a text.</summary>
    public static List<object?> Characters(Text text)
    {
        int[]? starts = PythonText.Starts(text.Value);
        int count = starts is null ? text.Length : starts.Length - 1;
        var characters = new List<object?>(count);
        for (int i = 0; i < count; i++)
        {
            int start = starts?[i] ?? i;
            characters.Add(text.Substring(start, (starts?[i + 1] ?? i + 1) - start));
        }

        return characters;
    }

    private static BigInteger AsInteger(object? value) => TryInteger(value, out BigInteger integer) ? integer : throw new InvalidOperationException();

    private static int CompareMixed(object left, object right)
    {
        double a = ToDouble(left);
        double b = ToDouble(right);
        return double.IsNaN(a) || double.IsNaN(b) ? 2 : a.CompareTo(b); // 2: in no order
    }

    // By code points; units would put astral characters before U+E000.
    private static int CompareTexts(string left, string right)
    {
        int length = Math.Min(left.Length, right.Length);
        for (int i = 0; i < length; i++)
        {
            if (left[i] != right[i])
            {
                bool astralLeft = char.IsSurrogate(left[i]);
                return astralLeft == char.IsSurrogate(right[i]) ? Math.Sign(left[i].CompareTo(right[i])) : astralLeft ? 1 : -1;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
