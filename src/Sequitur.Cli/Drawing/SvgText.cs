using System.Globalization;
using System.Text;

namespace Sequitur.Cli.Drawing;

/// <summary>Writes SVG: numbers without a culture, texts escaped.</summary>
internal sealed class SvgText
{
    private readonly StringBuilder _text = new();

    /// <summary>A number.</summary>
    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>A text as XML has it; characters that XML cannot hold become a replacement character.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '"' => escaped.Append("&quot;"),
                < ' ' or 0xFFFE or 0xFFFF => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }

    /// <summary>A line of markup as it is.</summary>
    public void Raw(string markup) => _text.Append(markup).Append('\n');

    /// <summary>A rectangle with round corners.</summary>
    public void Box(string style, double x, double y, double width, double height, double radius) =>
        Raw($"<rect class=\"{style}\" x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\" rx=\"{Number(radius)}\"/>");

    /// <summary>A text.</summary>
    public void Text(string style, double x, double y, string text) =>
        Raw($"<text class=\"{style}\" x=\"{Number(x)}\" y=\"{Number(y)}\">{Escape(text)}</text>");

    /// <summary>A smooth line through points from top to bottom.</summary>
    public void Curve(string style, IReadOnlyList<(double X, double Y)> points)
    {
        var path = new StringBuilder($"M{Number(points[0].X)} {Number(points[0].Y)}");
        for (var i = 1; i < points.Count; i++)
        {
            var (from, to) = (points[i - 1], points[i]);
            var middle = (from.Y + to.Y) / 2;
            path.Append(from.X.Equals(to.X) ? $"V{Number(to.Y)}" : $"C{Number(from.X)} {Number(middle)} {Number(to.X)} {Number(middle)} {Number(to.X)} {Number(to.Y)}");
        }

        Raw($"<path class=\"{style}\" d=\"{path}\"/>");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
