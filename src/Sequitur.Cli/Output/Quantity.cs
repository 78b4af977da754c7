using System.Globalization;

namespace Sequitur.Cli.Output;

/// <summary>Numbers for people: about three digits that matter, in no machine's own culture.</summary>
internal static class Quantity
{
    private static readonly string[] Units = ["kB", "MB", "GB", "TB"];

    /// <summary>A number.</summary>
    public static string Number(double value) =>
        value.ToString(Math.Abs(value) switch { >= 100 => "N0", >= 10 => "0.0", >= 0.1 => "0.00", 0 => "0", _ => "0.0E+0" }, CultureInfo.InvariantCulture);

    /// <summary>Bytes, in powers of 1000.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => $"{Number(bytes / 1e9)} GB",
        >= 1e6 => $"{Number(bytes / 1e6)} MB",
        >= 1e3 => $"{Number(bytes / 1e3)} kB",
        _ => $"{Number(bytes)} bytes",
    };

    /// <summary>Reads bytes as <see cref="Bytes"/> writes them, or a plain number; null for anything else, and for less than one byte.</summary>
    public static long? ParseBytes(string text)
    {
        var unit = Array.FindIndex(Units, unit => text.EndsWith(unit, StringComparison.OrdinalIgnoreCase));
        var number = (unit < 0 ? text : text[..^2]).TrimEnd();
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 1_000_000_000_000_000_000m
            && Enumerable.Repeat(1000m, unit + 1).Aggregate(value, (bytes, factor) => bytes * factor) is >= 1 and <= long.MaxValue and var all && (unit >= 0 || all == decimal.Floor(all))
            ? (long)all
            : null;
    }

    /// <summary>A count of things: <c>1 thread</c>, <c>2 threads</c>.</summary>
    public static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
