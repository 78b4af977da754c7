namespace Sequitur.Cli.Explain;

/// <summary>Quantities drawn with characters.</summary>
internal static class Blocks
{
    private const string Eighths = " ▏▎▍▌▋▊▉█";
    private const string Heights = "▁▂▃▄▅▆▇█";
    private const string Shades = "·░▒▓█";

    /// <summary>A bar that lies: a share of so many columns, to an eighth of one.</summary>
    public static string Bar(double share, int columns)
    {
        var eighths = (int)Math.Round(Math.Clamp(double.IsNaN(share) ? 0 : share, 0, 1) * columns * 8);
        var bar = new string('█', eighths / 8) + (eighths % 8 > 0 ? Eighths[eighths % 8] : "");
        return bar.Length == 0 && share > 0 ? "▏" : bar;
    }

    /// <summary>Bars that stand, one a number: shares of a height.</summary>
    public static string Columns(IEnumerable<double> shares) => string.Concat(shares.Select(share => Heights[(int)Math.Min(Math.Clamp(share, 0, 1) * Heights.Length, Heights.Length - 1)]));

    /// <summary>A shade for a share; a dot for less than a twentieth.</summary>
    public static char Shade(double share) => Shades[share < 0.05 ? 0 : (int)Math.Min(1 + (share * (Shades.Length - 1)), Shades.Length - 1)];
}
