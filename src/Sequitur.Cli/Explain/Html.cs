using System.Globalization;
using System.Xml.Linq;

namespace Sequitur.Cli.Explain;

/// <summary>Elements of a page, and its style. Everything is well-formed XML, and nothing is loaded from elsewhere.</summary>
internal static class Html
{
    /// <summary>The style sheet: light and dark, screen and paper.</summary>
    public const string Style = """
        :root{color-scheme:light dark;--ground:#fdfdfc;--card:#fff;--text:#1f2328;--soft:#656d76;--line:#d8dee4;--one:#0b7285;--token:#8a5a00;--plus:#1a7f37;--minus:#cf222e;--heat:11,114,133}
        @media (prefers-color-scheme:dark){:root{--ground:#0d1117;--card:#151b23;--text:#e6edf3;--soft:#9198a1;--line:#30363d;--one:#56d4dd;--token:#e3b341;--plus:#56d364;--minus:#ff7b72;--heat:86,212,221}}
        *{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--text);font:16px/1.55 system-ui,sans-serif}
        main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem}h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.25rem;margin:0}h3{font-size:1rem;margin:1.5rem 0 .25rem}
        section{border-top:1px solid var(--line);margin-top:2rem;padding-top:1.5rem}.flow{color:var(--soft);margin:0 0 .75rem}p{max-width:44rem;margin:.5rem 0}.soft{color:var(--soft)}
        .wide{overflow-x:auto;margin:.75rem 0}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.875rem}th{font-weight:500;color:var(--soft);text-align:left;vertical-align:bottom}
        th,td{padding:.15rem .6rem .15rem 0;white-space:nowrap}.n{text-align:right}code,.t{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}.t{color:var(--token);font-size:.92em}
        .chosen{font-weight:700}.plus{color:var(--plus)}.minus{color:var(--minus)}.strip{display:flex;flex-wrap:wrap;gap:.35rem;margin:.75rem 0}
        .strip>span{border:1px solid var(--line);border-radius:.35rem;background:var(--card);padding:.15rem .45rem;text-align:center}.strip small{display:block;color:var(--soft);font-size:.7rem}
        .special{border-style:dashed!important}.answer{font-size:1.15rem;border-left:3px solid var(--one);padding-left:.9rem;white-space:pre-wrap;overflow-wrap:anywhere}
        .grid td,.grid th{padding:.1rem .35rem;border:1px solid var(--ground);max-width:7rem;overflow:hidden;text-overflow:ellipsis}.heads td{padding:0;width:1.3rem;height:1.1rem;border:1px solid var(--ground)}
        svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:var(--text)}svg .s{fill:var(--soft)}svg .m{font-family:ui-monospace,'DejaVu Sans Mono',monospace;fill:var(--token)}
        svg .b{fill:var(--one)}svg .p{fill:var(--plus)}svg .q{fill:var(--minus)}svg .a{stroke:var(--line)}.maps{display:flex;flex-wrap:wrap;gap:1rem}.maps figure{margin:0}figcaption{font-size:.8rem;color:var(--soft)}
        @media print{:root{color-scheme:light}body{font-size:11pt}section{break-inside:auto}table,figure,svg{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """;

    /// <summary>An element; it never closes itself, since a browser does not read it so.</summary>
    public static XElement Element(string name, string? style, params object?[] content) =>
        new(name, style is null ? null : new XAttribute("class", style), content.Length == 0 ? "" : content);

    /// <summary>A figure's shape, which may close itself.</summary>
    public static XElement Shape(string name, params (string Name, object Value)[] attributes) => new(name, attributes.Select(attribute => new XAttribute(attribute.Name, Text(attribute.Value))));

    /// <summary>A paragraph.</summary>
    public static XElement Paragraph(params object?[] content) => Element("p", null, content);

    /// <summary>A token's text.</summary>
    public static XElement Token(string token, bool isChosen = false) => Element("span", isChosen ? "t chosen" : "t", token);

    /// <summary>A table in a box that scrolls by itself where the page is narrow. A title that ends in # is of numbers.</summary>
    public static XElement Table(string[] titles, IEnumerable<object?[]> rows)
    {
        bool[] numbers = [.. titles.Select(title => title.EndsWith('#'))];
        XElement Cell(string name, object? content, int column) => Element(name, column < numbers.Length && numbers[column] ? "n" : null, content ?? "");
        return Element("div", "wide", Element(
            "table", null,
            Element("thead", null, Element("tr", null, [.. titles.Select((title, i) => Cell("th", title.TrimEnd('#'), i))])),
            Element("tbody", null, [.. rows.Select(row => Element("tr", null, [.. row.Select((cell, i) => Cell("td", cell, i))]))])));
    }

    /// <summary>A ground whose strength is a share.</summary>
    public static XAttribute Heat(double share) => new("style", string.Create(CultureInfo.InvariantCulture, $"background:rgba(var(--heat),{Math.Clamp(share, 0, 1) * 0.75:0.###})"));

    private static string Text(object value) => value is double number ? number.ToString("0.##", CultureInfo.InvariantCulture) : System.Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
