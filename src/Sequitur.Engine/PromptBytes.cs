using System.Text;
using Sequitur.Tokenizers;
using Sequitur.Tokenizers.Templates;

namespace Sequitur.Engine;

/// <summary>A rendered prompt as UTF-8, and which of its bytes the template wrote: only there are special tokens read.</summary>
internal sealed record PromptBytes(byte[] Utf8, ByteRange[] Trusted)
{
    public static PromptBytes From(IReadOnlyList<TemplateSegment> segments)
    {
        var bytes = new List<byte>();
        var trusted = new List<ByteRange>();
        foreach (var segment in segments)
        {
            var start = bytes.Count;
            bytes.AddRange(Encoding.UTF8.GetBytes(segment.Text));
            if (segment.FromTemplate)
            {
                trusted.Add(new ByteRange(start, bytes.Count - start));
            }
        }

        return new PromptBytes([.. bytes], [.. trusted]);
    }
}
