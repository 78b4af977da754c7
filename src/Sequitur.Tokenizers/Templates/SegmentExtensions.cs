using System.Text;

namespace Sequitur.Tokenizers.Templates;

/// <summary>From a rendered chat template to tokens.</summary>
public static class SegmentExtensions
{
    /// <summary>
    /// The ids of a rendered prompt. Names of control tokens mean the tokens only where the template wrote them; in what a message says they
    /// are plain text. Otherwise the parts are encoded as one text, so that ids are the reference's.
    /// </summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="segments">What <see cref="ChatTemplate.RenderSegments(IReadOnlyList{ChatMessage}, bool, IReadOnlyDictionary{string, object})"/> gave.</param>
    public static int[] Encode(this ByteLevelBpe tokenizer, IReadOnlyList<TemplateSegment> segments)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(segments);
        var bytes = new byte[segments.Sum(segment => Encoding.UTF8.GetByteCount(segment.Text))];
        var trusted = new List<ByteRange>();
        int at = 0;
        foreach (TemplateSegment segment in segments)
        {
            int length = Encoding.UTF8.GetBytes(segment.Text, bytes.AsSpan(at));
            if (segment.FromTemplate && trusted.Count > 0 && trusted[^1].Start + trusted[^1].Length == at)
            {
                trusted[^1] = trusted[^1] with { Length = trusted[^1].Length + length };
            }
            else if (segment.FromTemplate)
            {
                trusted.Add(new ByteRange(at, length));
            }

            at += length;
        }

        var tokens = new List<TokenSpan>(bytes.Length / 3);
        tokenizer.Encode(bytes, [.. trusted], tokens);
        return [.. tokens.Select(token => token.Id)];
    }
}
