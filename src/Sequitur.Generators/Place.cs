using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Sequitur.Generators;

/// <summary>A place in a source file, without holding on to the syntax tree as <see cref="Location"/> does.</summary>
internal sealed record Place(string Path, TextSpan Span, LinePositionSpan Lines)
{
    /// <summary>The place of a location in source.</summary>
    public static Place Of(Location location) => new(location.SourceTree?.FilePath ?? "", location.SourceSpan, location.GetLineSpan().Span);

    /// <summary>The location to report a diagnostic at.</summary>
    public Location Location => Location.Create(Path, Span, Lines);
}
