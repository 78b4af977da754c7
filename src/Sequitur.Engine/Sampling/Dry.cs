using System.Globalization;
using Sequitur.Kernels.Numerics;
using Sequitur.Tokenizers;

namespace Sequitur.Engine.Sampling;

/// <summary>
/// Don't repeat yourself (DRY, p-e-w 2024): a token that would prolong a repetition is lowered by multiplier · base^(m − allowed length), where m is the length of the longest end of prompt and answer that
/// stood before that token earlier. A repetition does not reach across a breaker, and tokens that hold a breaker are never lowered.
/// </summary>
[Sampler("dry", Place = 50)]
public sealed class Dry : Sampler, ISamplerParser
{
    private static readonly NumberParameter<double> Multiplier = new("multiplier", "--dry-multiplier", "Lower tokens that would prolong a repetition by MULTIPLIER · BASE^(length − allowed); 0: off", 0) { Least = 0 };
    private static readonly NumberParameter<double> Base = new("base", "--dry-base", "How fast DRY's penalty grows with the length", 1.75) { Least = 1 };
    private static readonly NumberParameter<int> AllowedLength = new("allowed_length", "--dry-allowed-length", "Repetitions of fewer tokens are free", 2) { Least = 1 };
    private static readonly NumberParameter<int> LastN = new("last_n", "--dry-penalty-last-n", "Tokens that DRY looks back at; -1: all", -1) { Least = -1 };
    private static readonly ListParameter Breakers = new("breakers", "--dry-sequence-breaker", "A text that ends repetitions; may be given several times; none: no breakers", (text, label) =>
    {
        if (text.Length == 0)
        {
            throw new UsageException($"{label} must be a text, or 'none'");
        }
    });

    private static readonly ListParameter BreakerIds = new("breaker_ids", null, "Token ids that end repetitions, in place of texts", (text, label) => ReadId(text, label));

    private static readonly string[] StandardBreakers = ["\n", ":", "\"", "*"];

    // Doubles: a power multiplies the rounding of its base by the exponent.
    private readonly double _multiplier;
    private readonly double _base;
    private readonly int _allowedLength;
    private readonly int _lastN;
    private readonly IReadOnlyList<string> _texts = [];
    private readonly IReadOnlyList<int>? _ids;
    private readonly DryBreakers? _breakers;
    private readonly int[] _matches = [];

    /// <summary>Creates the sampler.</summary>
    /// <param name="multiplier">The penalty of a repetition of the allowed length; from 0.</param>
    /// <param name="base">The factor for each token more; from 1.</param>
    /// <param name="allowedLength">The shortest repetition that is lowered; from 1.</param>
    /// <param name="lastN">Tokens that are looked at; −1: all.</param>
    /// <param name="breakers">Ids of the tokens that end repetitions; null for none.</param>
    /// <exception cref="UsageException">A number is out of range.</exception>
    public Dry(double multiplier, double @base = 1.75, int allowedLength = 2, int lastN = -1, IEnumerable<int>? breakers = null)
    {
        (_multiplier, _base) = (Multiplier.Require(multiplier), Base.Require(@base));
        (_allowedLength, _lastN) = (AllowedLength.Require(allowedLength), LastN.Require(lastN));
        _ids = [.. breakers ?? []];
        _breakers = DryBreakers.OfIds(_ids);
    }

    // What stands before the breakers is that of another.
    private Dry(Dry other, IReadOnlyList<string> texts, DryBreakers? breakers, int capacity)
    {
        (_multiplier, _base, _allowedLength, _lastN) = (other._multiplier, other._base, other._allowedLength, other._lastN);
        (_texts, _ids, _breakers, _matches) = (texts, texts.Count == 0 ? other._ids : null, breakers, new int[capacity]);
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SamplerParameter> Parameters => [Multiplier, Base, AllowedLength, LastN, Breakers, BreakerIds];

    /// <inheritdoc/>
    public override string Name => "dry";

    private DryBreakers BoundBreakers => _breakers
        ?? throw new UsageException("dry: its breakers are texts, which need the model's vocabulary: bind the chain to its tokenizer, or write breakers=[]");

    /// <inheritdoc/>
    public static Sampler? Create(SamplerArguments arguments)
    {
        var (multiplier, lastN, ids) = (arguments.Get(Multiplier), arguments.Get(LastN), arguments.Get(BreakerIds));
        if (multiplier == 0 || lastN == 0)
        {
            return null;
        }

        if (ids is not null && arguments.IsGiven(Breakers))
        {
            throw new UsageException("dry: give breakers or breaker_ids, not both");
        }

        var numbers = new Dry(multiplier, arguments.Get(Base), arguments.Get(AllowedLength), lastN, ids?.Select(text => ReadId(text, BreakerIds.Name)));
        var texts = ids is not null ? [] : arguments.Get(Breakers) ?? StandardBreakers;
        return texts is [] or ["none"] ? numbers : new Dry(numbers, texts, null, 0);
    }

    /// <inheritdoc/>
    public override Sampler Bind(ByteLevelBpe tokenizer) => new Dry(this, _texts, _breakers ?? DryBreakers.OfTexts(_texts, tokenizer.Vocabulary), 0);

    /// <inheritdoc/>
    public override Sampler ForSequence(int capacity) => new Dry(this, _texts, BoundBreakers.ForSequence(), capacity);

    /// <inheritdoc/>
    public override void CheckModel(int vocabulary) => _ = BoundBreakers;

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, in SamplingStep step)
    {
        var history = step.Last(_lastN);
        var longest = Math.Min(BoundBreakers.TokensSince(step.History), history.Length);
        if (longest < _allowedLength)
        {
            return;
        }

        var lengths = candidates.Tallies;
        Match(history, longest, lengths);
        var ids = candidates.Ids;
        var logits = candidates.ChangeLogits();
        for (var i = 0; i < ids.Length; i++)
        {
            if (lengths[ids[i]] >= _allowedLength && !BoundBreakers.Breaks(ids[i]))
            {
                var penalty = _multiplier * Scalar.Pow(_base, lengths[ids[i]] - _allowedLength);
                logits[i] = (float)Math.Max(logits[i] - penalty, float.MinValue);
            }
        }

        lengths.Clear();
    }

    /// <inheritdoc/>
    protected override void Describe(StepText text) => text
        .Add(Multiplier, _multiplier).Add(Base, _base).Add(AllowedLength, _allowedLength).Add(LastN, _lastN).Add(Breakers, _ids is { Count: > 0 } ? null : _texts)
        .Add(BreakerIds, _ids is { Count: > 0 } ? _ids.Select(StepText.Number) : null);

    private static int ReadId(string text, string label) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var id) && id >= 0 ? id : throw new UsageException($"{label} must be token ids from 0, not '{text}'");

    /// <summary>
    /// For each token the longest end of the history, up to a length, that stood before it: the Z function of the history read backwards (Gusfield 1997), in linear time.
    /// </summary>
    private void Match(ReadOnlySpan<int> history, int longest, Span<int> lengths)
    {
        var last = history.Length - 1;
        var (left, right) = (0, 0); // the stretch [left, right) that is known to equal the beginning, where it reaches furthest
        for (var i = 1; i <= last; i++)
        {
            var length = i < right ? Math.Min(right - i, _matches[i - left]) : 0;
            while (i + length <= last && history[last - length] == history[last - i - length])
            {
                length++;
            }

            _matches[i] = length;
            (left, right) = i + length > right ? (i, i + length) : (left, right);
            ref var known = ref lengths[history[last - i + 1]];
            known = Math.Max(known, Math.Min(length, longest));
        }
    }
}
